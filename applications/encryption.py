"""A text column that is encrypted at rest with rotatable Fernet keys.

Why not a ready-made field: the maintained ones fall back to the ciphertext when no key fits, so a lost key would be
sent to the vendor as a password. This one refuses. See docs/adr/0004-secrets-at-rest.md.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class SecretUnreadable(Exception):
    """No key of FIELD_ENCRYPTION_KEYS decrypts a stored secret: put the old key back behind the new one."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS must be Fernet keys: 32 random bytes in URL-safe Base64."
        ) from error


def cipher() -> MultiFernet:
    """Return the cipher of today's keys; the first encrypts, all of them decrypt."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


class SecretField(models.TextField):  # type: ignore[type-arg]  # Django's field is generic in its stubs alone
    """Text that only its owner's process can read; the empty string stays empty.

    Raises:
        SecretUnreadable: On loading a row that no configured key decrypts.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return cipher().encrypt(text.encode()).decode("ascii") if text else text

    def from_db_value(self, value: str | None, *_args: object) -> str | None:
        if not value:
            return value
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise SecretUnreadable(f"{self.model._meta.label}.{self.name}: no key fits") from error

    def get_lookup(self, lookup_name: str) -> Any:
        # Equal texts have different ciphertexts, so any comparison but "is it there" would silently find nothing.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
