"""Print settings for a local checkout: random secrets, plain HTTP on loopback. `make setup` keeps them in .env."""

import base64
import secrets
import sys

TEMPLATE = """\
# Made by `make setup` for this checkout alone. A production install sets its own (docs/operating.md).
SECRET_KEY={secret_key}
FIELD_ENCRYPTION_KEYS={field_key}
ALLOWED_HOSTS=localhost,127.0.0.1,[::1]
HTTPS=false
PUBLIC_URL=http://127.0.0.1:8000
"""


def write_local_env() -> None:
    """Write the template with fresh secrets to standard output."""
    field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    sys.stdout.write(TEMPLATE.format(secret_key=secrets.token_urlsafe(50), field_key=field_key))


if __name__ == "__main__":
    write_local_env()
