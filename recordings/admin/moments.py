"""Times as an operator reads them: UTC to the second, and how far away."""

from datetime import datetime, timedelta

from django.utils.timesince import timesince
from django.utils.translation import gettext as _


def tell_moment(at: datetime | None, *, now: datetime) -> str:
    """Return e.g. `12:01:03 UTC (4 minutes ago)`, with the date when it is not today's."""
    if at is None:
        return _("at an unknown time")
    clock = at.strftime("%H:%M:%S UTC" if at.date() == now.date() else "%Y-%m-%d %H:%M:%S UTC")
    return f"{clock} ({tell_distance(at, now=now)})"


def tell_distance(at: datetime, *, now: datetime) -> str:
    """Return e.g. `in 4 minutes` or `4 minutes ago`."""
    length = tell_length(abs(at - now))
    return (_("in %(length)s") if at > now else _("%(length)s ago")) % {"length": length}


def tell_length(length: timedelta) -> str:
    """Return a duration in one unit, in two from an hour on, in seconds below a minute."""
    if length < timedelta(minutes=1):
        return _("%(seconds)d s") % {"seconds": length.total_seconds()}
    start = datetime(2000, 1, 1)  # noqa: DTZ001 - two ends of a length, not times
    return timesince(start, start + length, depth=1 if length < timedelta(hours=1) else 2).replace("\xa0", " ")


def clock_length(length: timedelta) -> str:
    """Return a duration as `1:02:03`."""
    seconds = max(int(length.total_seconds()), 0)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
