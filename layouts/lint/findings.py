"""What lint says about one place of a layout."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning"]

LONGEST_VALUE = 60


def gettext_noop(text: str) -> str:
    """Mark *text* for `makemessages`; nothing is translated here, where Django is not imported."""
    return text


@dataclass(frozen=True, slots=True)
class Text:
    """One kind of fault: its code for programs, its weight, and its English sentences with %(named)s values.

    The sentences are msgids. Edges that speak other languages call `Finding.translated`.

    Args:
        severity: An error blocks a start: the vendor would refuse it or spoil the picture for certain. A warning
            does not.
    """

    code: str
    severity: Severity
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a layout.

    Args:
        path: Dotted path below the layout, list positions counted from 0 ("mix_layout_list.2.left"); "" for the layout
            as a whole. What lies beside the layout begins with "canvas" or "subscribe_stream_user_ids".
        detail: What is wrong.
        remedy: What to do about it.
        params: The values in both sentences, safe to print and cut to a sensible length.
    """

    path: str
    code: str
    severity: Severity
    detail: str
    remedy: str
    text: Text
    params: Mapping[str, str | int]

    def translated(self, translate: Callable[[str], str]) -> "Finding":
        """Return the same finding with its sentences put through *translate*, say Django's gettext."""
        return replace(
            self,
            detail=translate(self.text.detail) % self.params,
            remedy=translate(self.text.remedy) % self.params,
        )


def report(text: Text, path: str, **params: object) -> Finding:
    """Return a finding of the kind *text* at *path*."""
    shown = {name: value if type(value) is int else printable(value) for name, value in params.items()}
    return Finding(
        path=printable(path, longest=250),
        code=text.code,
        severity=text.severity,
        detail=text.detail % shown,
        remedy=text.remedy % shown,
        text=text,
        params=shown,
    )


def printable(value: object, *, longest: int = LONGEST_VALUE) -> str:
    """Return *value* as text that any answer can carry: no lone surrogates or control characters, not too long."""
    text = str(value).encode(errors="replace").decode()
    text = "".join(character if character.isprintable() else "�" for character in text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"
