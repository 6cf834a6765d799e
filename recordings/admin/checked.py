"""What a look at a playlist in storage found, in a line. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recordings.admin.moments import clock_length


def tell_checked(checked: Mapping[str, Any] | None) -> str:
    """Return how many segments a playlist has, which are missing, and where nothing was recorded; empty for none."""
    if not checked or not checked.get("segments"):
        return ""
    number = checked["segments"]
    told = [ngettext("%(number)d segment", "%(number)d segments", number) % {"number": number}]
    if missing := checked.get("missing"):
        told.append(ngettext("%(number)d is missing", "%(number)d are missing", missing) % {"number": missing})
    if gaps := checked.get("gaps"):
        length = clock_length(timedelta(milliseconds=sum(gap["length_ms"] for gap in gaps)))
        text = ngettext("%(number)d gap of %(length)s", "%(number)d gaps of %(length)s in all", len(gaps))
        told.append(text % {"number": len(gaps), "length": length})
    if not checked.get("ended"):
        told.append(_("no end"))
    return ", ".join(told)
