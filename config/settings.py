"""Every setting, read from the environment once. A `.env` file in the checkout is read first, and loses."""

from dataclasses import asdict
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config.environment import Environment
from recordings.states.policy import Policy

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")

# --- Secrets: no defaults ---------------------------------------------------------------------------------------

SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Fernet keys for credentials at rest; the first encrypts, all of them decrypt (docs/operating.md, key rotation).
FIELD_ENCRYPTION_KEYS = env.keys("FIELD_ENCRYPTION_KEYS")

# --- Where it runs ----------------------------------------------------------------------------------------------

DEBUG = env.switch("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
# Where the vendor reaches this service: the callback URLs that an operator pastes begin with it.
PUBLIC_URL = env.address("PUBLIC_URL", default="https://recordings.example.com")
# Cookies only over TLS, and HSTS. Off for plain HTTP on loopback alone.
HTTPS = env.switch("HTTPS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# The proxy in front says whose request it was and over what (config/management/commands/serve.py).
BEHIND_PROXY = env.switch("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []
# TLS ends at the proxy; a redirect here would turn a vendor's POST into a lost callback.
SILENCED_SYSTEM_CHECKS = ["security.W008"]

# --- Django -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework_api_key",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "procrastinate.contrib.django",
    "applications",
    "layouts",
    "recordings",
    "callbacks",
    "operations",
    "config",
    "demo",
]
MIDDLEWARE = [
    "config.middleware.RequestIds",
    "config.middleware.CallbacksFirst",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
LOGIN_REDIRECT_URL = "admin:index"
STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=None)
WHITENOISE_USE_FINDERS = True  # the admin has its styles without a collectstatic step
APPEND_SLASH = False

# --- Database ---------------------------------------------------------------------------------------------------

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.database("DATABASE_URL")}
    DATABASES["default"]["ENGINE"] = "config.postgresql"
else:
    DATABASES = {
        "default": {
            "ENGINE": "config.embedded_postgres",
            "NAME": "recordings",
            "FOLDER": env.str("EMBEDDED_POSTGRES_FOLDER", default=str(BASE_DIR / ".postgres")),
        }
    }
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
# A server whose host died says nothing more: whoever waits for it gives up in seconds, not after hours. One whose host
# is frozen, or whose disk stands still, is given up by web after DATABASE_PATIENCE (config/postgresql).
_IMPATIENT = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
    # The other way round: what a frozen process of ours holds locked is free again after a minute.
    "options": "-c idle_in_transaction_session_timeout=60s",
}
DATABASES["default"]["OPTIONS"] = _IMPATIENT | DATABASES["default"].get("OPTIONS", {})
# Seconds of waiting for it, in requests whose path begins so. A vendor waits 5 s for the answer to a callback.
DATABASE_PATIENCE = {"/callbacks/": 3.0, "/readyz": 3.0, "": 15.0}

# Callbacks that came while the database was away, fsynced; one folder for all processes of a host. Empty: they are
# answered 503 then, and the vendor's own retries must do.
SPOOL_FOLDER = env.str("SPOOL_FOLDER", default=str(BASE_DIR / ".spool"))
SPOOL_MOST_BYTES = env.whole("SPOOL_MOST_BYTES", default=256 * 1024 * 1024)

# --- REST API ---------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["config.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["config.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Schema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "UNAUTHENTICATED_USER": None,
}
# Every status that an error of the API can have; config/schema.py says which operations have which.
ERROR_STATUSES = ["400", "401", "403", "404", "406", "409", "412", "413", "415", "422", "428", "429", "503"]
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "config.errors.ExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "config.errors.ExceptionFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
    "NESTED_FIELD_SEPARATOR": ".",
    "ALLOWED_ERROR_STATUS_CODES": ERROR_STATUSES,
    "ERROR_SCHEMAS": dict.fromkeys(ERROR_STATUSES, "config.schema.ErrorAnswer"),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Recording control plane",
    "DESCRIPTION": "Start, watch, change and stop Tencent RTC cloud recordings, and be told the truth about them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "recordings.models.STATE_CHOICES",
        "FileKindEnum": "recordings.models.FILE_KIND_CHOICES",
        "FileStatusEnum": "recordings.models.FILE_STATUS_CHOICES",
        "TimelineEntryTypeEnum": "recordings.api.serializers.ENTRY_TYPES",
        "ErrorTypeEnum": "config.schema.ERROR_TYPES",
        "RecordMediaIdEnum": ["all", "main", "aux"],
        "LayoutMediaIdEnum": ["main", "aux"],
    },
    # The browsable docs need nothing from outside.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Background work --------------------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# What running jobs are given to finish when the worker is told to end.
WORKER_GRACE_SECONDS = env.seconds("WORKER_GRACE_SECONDS", default=10.0)
WORKER_CONCURRENCY = env.whole("WORKER_CONCURRENCY", default=8)
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": WORKER_CONCURRENCY,
    # How often it looks for jobs whose time has come; of new ones it is told.
    "fetch_job_polling_interval": 1.0,
    "delete_jobs": "successful",
    "shutdown_graceful_timeout": WORKER_GRACE_SECONDS,
}

# --- Recordings: how long what may take (recordings/states/policy.py says what each means) -----------------------

RECORDINGS_POLICY = {
    name: env.seconds(f"RECORDINGS_{name.upper()}", default=default) for name, default in asdict(Policy()).items()
}

# Tries whether a storage profile works; named here because applications know nothing of recordings.
STORAGE_PREFLIGHT = "recordings.services.preflight.check_profile"
STORAGE_WORDS = "recordings.storage.words.explain"
# Files whose days are over are deleted so long after they were marked.
PURGE_GRACE_DAYS = env.whole("PURGE_GRACE_DAYS", default=7)

# A repeated POST /recordings is recognised by its Idempotency-Key for so long.
IDEMPOTENCY_KEY_DAYS = env.whole("IDEMPOTENCY_KEY_DAYS", default=7)

# For tests/crash alone: recordings/failpoints.py says what they do, and where they are refused.
FAILPOINTS = env.str("FAILPOINTS", default="")
FAILPOINTS_LOG = env.str("FAILPOINTS_LOG", default="")

# --- Watching it (docs/monitoring.md) ----------------------------------------------------------------------------

# Whoever sends it as `Authorization: Bearer …` may read /metrics. Empty: everybody who reaches the address may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# What the worker says that it is; e.g. the commit that was deployed.
RELEASE = env.str("RELEASE", default="")

# --- Logging ----------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logging.LineFormatter"},
        "json": {"()": "config.logging.JsonFormatter"},
    },
    "filters": {"without_traceback": {"()": "config.logging.WithoutTraceback"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": env.word("LOG_FORMAT", of=("line", "json"))}
    },
    "root": {"handlers": ["console"], "level": env.level("LOG_LEVEL", default="INFO")},
    "loggers": {
        # The SDK logs whole requests, credentials included, at DEBUG.
        "tencentcloud_sdk_common": {"level": "WARNING"},
        "django.security.DisallowedHost": {"filters": ["without_traceback"]},
        "procrastinate": {"level": "WARNING"},
        "waitress": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},
    },
}
UNFOLD = {
    "SITE_TITLE": _("Recordings"),
    "SITE_HEADER": _("Recording control plane"),
    "SITE_SYMBOL": "radio_button_checked",
    "SHOW_LANGUAGES": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "operations.admin.dashboard.add_state",
}
