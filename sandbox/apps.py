"""Applications: credentials, limits, where callbacks go."""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sandbox import targets
from sandbox.errors import VendorError
from sandbox.faults import FaultBook
from sandbox.ledger import Ledger
from sandbox.options import BadOptions
from sandbox.targets import Target

REPEAT_ROBOT = ("evict", "twin", "refuse")
SECRETS = ("secret_key", "sdk_secret_key", "callback_key")


class BadApp(ValueError):
    """The application's settings cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class AppSettings:
    """One vendor application as the control API and --app give it."""

    sdk_app_id: int
    secret_id: str
    secret_key: str
    sdk_secret_key: str = ""  # signs UserSigs
    callback_url: str = ""  # TRTC's; empty: callbacks are recorded but sent nowhere
    callback_key: str = ""  # TRTC's; empty: no Sign header
    callbacks: Mapping[str, Target] = field(default_factory=dict)  # the other families'
    max_tasks: int = 100
    requests_per_second: int = 20  # of each action, in any sliding second
    repeat_robot: str = "evict"  # same robot name in the same room: evict | twin | refuse
    check_user_sig: bool | None = None  # None: only if there is an sdk_secret_key

    @property
    def checks_user_sig(self) -> bool:
        return bool(self.sdk_secret_key) if self.check_user_sig is None else self.check_user_sig

    def target(self, family: str) -> Target:
        """Return where this family's callbacks go and how they are signed."""
        if family == "trtc":
            return Target(sdk_app_id=self.sdk_app_id, url=self.callback_url, key=self.callback_key)
        return replace(self.callbacks.get(family, Target()), sdk_app_id=self.sdk_app_id)

    def changed(self, values: Mapping[str, Any]) -> "AppSettings":
        """Return settings with these values and the others kept.

        Raises:
            BadApp: An unknown name, a wrong type or a value outside the choices.
        """
        for name, value in values.items():
            if name not in FIELD_TYPES:
                raise BadApp(f"unknown field {name!r}")
            if not isinstance(value, FIELD_TYPES[name]) or (isinstance(value, bool) and name != "check_user_sig"):
                raise BadApp(f"{name} has the wrong type")
        try:
            callbacks = targets.change(self.callbacks, values.get("callbacks", {}))
        except BadOptions as error:
            raise BadApp(str(error)) from error
        settings = replace(self, **{**values, "callbacks": callbacks})
        if settings.repeat_robot not in REPEAT_ROBOT:
            raise BadApp(f"repeat_robot is one of {', '.join(REPEAT_ROBOT)}")
        if settings.max_tasks < 0 or settings.requests_per_second < 1:
            raise BadApp("max_tasks is at least 0 and requests_per_second at least 1")
        if not settings.secret_id or not settings.secret_key:
            raise BadApp("secret_id and secret_key are needed")
        return settings

    def public(self) -> dict[str, Any]:
        """Return the settings with every secret that is set replaced by "***"."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["check_user_sig"] = self.checks_user_sig
        values["callbacks"] = targets.show(self.callbacks)
        return {key: "***" if key in SECRETS and value else value for key, value in values.items()}


FIELD_TYPES: dict[str, tuple[type, ...]] = {
    field.name: {
        "sdk_app_id": (int,),
        "max_tasks": (int,),
        "requests_per_second": (int,),
        "check_user_sig": (bool, type(None)),
        "callbacks": (dict,),
    }.get(field.name, (str,))
    for field in fields(AppSettings)
}


class App:
    """Settings, faults and the request meter of one application."""

    def __init__(self, settings: AppSettings, ledger: Ledger) -> None:
        self.settings = settings
        self.faults = FaultBook(settings.sdk_app_id, ledger)
        self._calls: dict[str, deque[float]] = {}

    def count_call(self, action: str) -> None:
        """Count one call of an action.

        Raises:
            VendorError: RequestLimitExceeded; the call is not counted.
        """
        now = time.monotonic()
        calls = self._calls.setdefault(action, deque())
        while calls and now - calls[0] >= 1:
            calls.popleft()
        limit = self.settings.requests_per_second
        if len(calls) >= limit:
            raise VendorError(
                "RequestLimitExceeded",
                f"Your current request times exceed the limit of {limit} per second for {action}.",
            )
        calls.append(now)


class Apps:
    """All applications, by SdkAppId."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._apps: dict[int, App] = {}

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps.values())

    def get(self, sdk_app_id: int) -> App | None:
        return self._apps.get(sdk_app_id)

    def put(self, sdk_app_id: int, values: Mapping[str, Any]) -> App:
        """Make an application, or change the given settings of an existing one; faults are kept."""
        if values.get("sdk_app_id", sdk_app_id) != sdk_app_id:
            raise BadApp("sdk_app_id differs from the one in the address")
        app = self._apps.get(sdk_app_id)
        old = app.settings if app else AppSettings(sdk_app_id=sdk_app_id, secret_id="", secret_key="")
        settings = old.changed({**values, "sdk_app_id": sdk_app_id})
        if app is None:
            app = self._apps[sdk_app_id] = App(settings, self._ledger)
        app.settings = settings
        return app
