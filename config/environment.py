"""Reads settings from the environment. What is wrong with one is said in one line that names it, never its secret."""

import re
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class WrongSetting(ImproperlyConfigured):
    """A variable is missing or cannot be read; the message names it and says what is expected."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name} is missing or wrong. Expected: {expected}.")


class Environment(environ.Env):  # type: ignore[misc]  # untyped library
    """django-environ's readers, for values whose mistakes would otherwise end in a traceback, or be taken for false."""

    def secret(self, name: str) -> str:
        """Return what must not be empty."""
        value: str = self.str(name, default="")
        if not value.strip():
            raise WrongSetting(name, "a secret that is not empty (docs/operating.md)")
        return value

    def keys(self, name: str) -> list[str]:
        """Return Fernet keys, one or more, comma-separated."""
        keys: list[str] = self.list(name, default=[])
        expected = "comma-separated keys, each 32 random bytes in URL-safe Base64: 44 characters that end in ="
        if not keys:
            raise WrongSetting(name, expected)
        for position, key in enumerate(keys, start=1):
            try:
                Fernet(key)
            except ValueError as error:
                raise WrongSetting(name, f"{expected}; number {position} of {len(keys)} is none") from error
        return keys

    def switch(self, name: str, *, default: bool) -> bool:
        """Return true or false; a misspelt `true` is neither."""
        text = str(self.str(name, default=str(default))).strip().lower()
        if text not in TRUE + FALSE:
            raise WrongSetting(name, "true or false")
        return text in TRUE

    def whole(self, name: str, *, default: int, least: int = 1) -> int:
        """Return a whole number, *least* or more."""
        text = str(self.str(name, default=str(default))).strip()
        if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < least:
            raise WrongSetting(name, f"a whole number from {least}, such as {default}")
        return int(text)

    def seconds(self, name: str, *, default: float) -> float:
        """Return a time above 0 s."""
        try:
            value = float(self.str(name, default=str(default)))
        except ValueError:
            value = 0.0
        if not (isfinite(value) and value > 0):
            raise WrongSetting(name, f"seconds, a number above 0, such as {default:g}")
        return value

    def address(self, name: str, *, default: str) -> str:
        """Return `https://host[:port]`: scheme and host in their place, nothing behind them but one slash."""
        value: str = self.str(name, default=default).strip()
        if not _is_address(value):
            raise WrongSetting(name, f"an address such as {default}, with no path")
        return value.rstrip("/")

    def database(self, name: str) -> dict[str, Any]:
        """Return Django's parts of a PostgreSQL address; it has a password, so it is not repeated."""
        expected = "postgres://user:password@host:5432/name (special characters of the password %-encoded)"
        if not self.str(name).startswith(("postgres://", "postgresql://")):
            raise WrongSetting(name, expected)
        try:
            parts: dict[str, Any] = self.db(name)
        except ValueError as error:
            raise WrongSetting(name, expected) from error
        if not parts["NAME"]:
            raise WrongSetting(name, expected)
        return parts

    def word(self, name: str, *, of: tuple[str, ...]) -> str:
        """Return one of a few words; the first when nothing is said."""
        value: str = self.str(name, default=of[0]).strip().lower()
        if value not in of:
            raise WrongSetting(name, f"one of {', '.join(of)}")
        return value

    def level(self, name: str, *, default: str) -> str:
        """Return how much is logged."""
        value: str = self.str(name, default=default).strip().upper()
        if value not in LEVELS:
            raise WrongSetting(name, f"one of {', '.join(LEVELS)}")
        return value


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    is_plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    has_host = re.fullmatch(r"[A-Za-z0-9.:-]+", parts.hostname or "") is not None
    return parts.scheme in ("http", "https") and is_plain and has_host and port != 0
