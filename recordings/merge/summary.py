"""What a person is told after a merge."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from recordings.merge.media import Owner
from recordings.merge.plan import Lack, Missing, UserPlan
from recordings.merge.work import Report

MOST_NAMES = 20  # of one kind are listed
WHY = {
    Lack.SEGMENT_ABSENT: "absent or empty",
    Lack.PLAYLIST_EMPTY: "names no segment",
    Lack.PLAYLIST_OPEN: "was never closed: its end may be missing",
}


def summarize(report: Report) -> Iterator[str]:
    """Yield the lines that say what was made, what is missing, and what was left out."""
    for plan in report.plans:
        yield from _tell_owner(plan, report)
    yield from _list("Could not be read", report.unreadable)
    yield from _list("Folders that could not be looked into", _with_reasons(report.found.closed))
    yield from _list("Playlists that could not be read", _with_reasons(report.found.unreadable))
    yield from _list("Segments that no playlist names, not merged", report.found.strays)
    yield from _list("Playlists that are not named as recordings are, not merged", report.found.strangers)
    missing = sum(len(plan.missing) for plan in report.plans) + len(report.unreadable)
    sections = sum(len(plan.sections) for plan in report.plans)
    yield (
        f"{count(len(report.made), 'file')} of {count(sections, 'section')} made, {len(report.failed)} failed, "
        f"{count(missing, 'input')} missing."
    )


def count(number: int, noun: str) -> str:
    """Return *number* with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def title(owner: Owner) -> str:
    """Return who an owner is, in words."""
    who = "everybody in one picture" if owner.user_id is None else _printable(owner.user_id)
    where = f", {owner.folder}" if owner.folder else ""
    return f"{who} (room {_printable(owner.room_id)}{where})"


def _tell_owner(plan: UserPlan, report: Report) -> Iterator[str]:
    yield f"{title(plan.owner)}:"
    made = {output.name for output in report.made}
    for output in plan.outputs:
        if output.name in made:
            yield f"  {output.name}  {output.duration_ms / 1000:.1f} s"
        else:
            yield f"  {output.name}  FAILED: {report.failed.get(output.name, '')}"
    if not plan.outputs:
        yield "  nothing"
    for gap in plan.gaps:
        seconds = (gap.span.end_ms - gap.span.begin_ms) / 1000
        after = (gap.span.begin_ms - plan.sections[0].begin_ms) / 1000 if plan.sections else 0
        track = " ".join(filter(None, (gap.media_id, gap.track_type)))
        yield f"  no {track} for {seconds:.1f} s, {after:.1f} s after the beginning"
    yield from _list("  Missing", [_tell_missing(one) for one in plan.missing])
    yield from _list("  Left out by -a", plan.unused)


def _with_reasons(told: Mapping[str, str]) -> list[str]:
    return [f"{name} ({why})" for name, why in told.items()]


def _tell_missing(missing: Missing) -> str:
    return f"{missing.name} ({WHY[missing.reason]})"


def _list(heading: str, names: Sequence[str] | Iterable[str]) -> Iterator[str]:
    names = list(names)
    if names:
        yield f"{heading}:"
        yield from (f"    {name}" for name in names[:MOST_NAMES])
        if len(names) > MOST_NAMES:
            yield f"    and {len(names) - MOST_NAMES} more"


def _printable(text: str) -> str:
    """Return *text* with what moves a terminal's cursor escaped."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
