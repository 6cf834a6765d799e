"""What the admin's first page says: is all well, and if not, what, since when, and where to go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from operations.findings import Circuit, Findings, Lane, SpoolFindings, find_out, missing_migrations
from operations.look import look_at_spool
from operations.readiness import Check, Status, assess, worst
from recordings.admin.moments import tell_length
from recordings.states.vocabulary import State

TONES: Mapping[Status, str] = {
    Status.OK: "success",
    Status.WARNING: "warning",
    Status.FAILED: "danger",
    Status.UNKNOWN: "neutral",
}
BADGES: Mapping[Status, str | Promise] = {
    Status.OK: gettext_lazy("ok"),
    Status.WARNING: gettext_lazy("look"),
    Status.FAILED: gettext_lazy("failed"),
    Status.UNKNOWN: gettext_lazy("unknown"),
}
HEADLINES: Mapping[Status, str | Promise] = {
    Status.OK: gettext_lazy("All is well."),
    Status.WARNING: gettext_lazy("Requests are served, and somebody should look."),
    Status.FAILED: gettext_lazy("Requests are not served as they should be."),
}


MOST_LINES = 10  # of one kind; there may be a thousand applications


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: what it is about, how that is, and the page that shows more."""

    about: str
    status: Status
    words: str
    url: str = ""

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return TONES[self.status]

    @property
    def badge(self) -> str | Promise:
        """What stands in it."""
        return BADGES[self.status]


def add_state(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the state of the service to the admin's first page, for whoever may see recordings."""
    if not request.user.has_perm("recordings.view_recording"):
        return context
    missing = missing_migrations()
    found = None if missing else find_out()
    spool = look_at_spool()
    checks = assess(missing=missing, findings=found, spool=spool)
    status = worst(checks)
    lines = list(tell_all(checks, missing, found, spool))
    return context | {"state_lines": lines, "state_headline": HEADLINES[status], "state_tone": TONES[status]}


def tell_all(
    checks: list[Check], missing: list[str], found: Findings | None, spool: SpoolFindings | None
) -> Iterator[Line]:
    """Yield the page's lines, one or more for each thing that /readyz looks at."""
    status = {check.name: check.status for check in checks}
    if missing:
        words = _("The database lacks %(names)s: run manage.py migrate.") % {"names": ", ".join(missing)}
        yield Line(_("Migrations"), status["migrations"], words)
    if found is not None:
        yield _tell_worker(found, status["worker"])
        yield _tell_overdue(found, status["overdue"])
        yield from _tell_queues(found)
        yield from _tell_circuits(found)
        yield _tell_quarantine(found, status["quarantine"])
    yield _tell_spool(spool, status["spool"])


def _tell_worker(found: Findings, status: Status) -> Line:
    url = reverse("admin:operations_worker_changelist")
    if found.worker_seconds is None:
        words = _("No worker runs: nothing is watched, retried or stopped. Start manage.py work.")
        return Line(_("Workers"), status, words, url)
    ago = _length(found.worker_seconds)
    if status != Status.OK:
        words = _("The last worker was heard of %(ago)s ago: nothing is watched, retried or stopped meanwhile.")
        return Line(_("Workers"), status, words % {"ago": ago}, url)
    words = ngettext("%(number)d works.", "%(number)d work.", found.workers) % {"number": found.workers}
    if found.due:
        waits = _("%(number)d recordings wait for a free hand, the first for %(length)s.")
        words += " " + waits % {"number": found.due, "length": _length(found.due_seconds)}
    return Line(_("Workers"), status, words, url)


def _tell_overdue(found: Findings, status: Status) -> Line:
    number = found.overdue
    words = _("No recording is past its deadline.")
    if number:
        words = ngettext(
            "%(number)d recording is live past its deadline: it may bill, and nobody can say how it is.",
            "%(number)d recordings are live past their deadlines: they may bill, and nobody can say how they are.",
            number,
        ) % {"number": number}
    return Line(_("Deadlines"), status, words, _recordings(live="overdue"))


def _tell_queues(found: Findings) -> Iterator[Line]:
    queued = [lane for lane in found.lanes if lane.state == State.QUEUED]
    if not queued:
        yield Line(_("Queue"), Status.OK, _("Nothing waits for its start."), _recordings(state__exact=State.QUEUED))
    for lane in sorted(queued, key=lambda lane: -lane.oldest_seconds)[:MOST_LINES]:
        yield _tell_queue(lane)
    yield from _tell_more(_("Queue"), len(queued), _recordings(state__exact=State.QUEUED))


def _tell_queue(lane: Lane) -> Line:
    words = ngettext(
        "%(number)d recording of %(application)s has waited for its start for %(length)s.",
        "%(number)d recordings of %(application)s wait for their start, the first for %(length)s.",
        lane.number,
    ) % {"number": lane.number, "application": lane.application, "length": _length(lane.oldest_seconds)}
    return Line(_("Queue"), Status.OK, words, _recordings(state__exact=State.QUEUED, application=lane.application_id))


def _tell_circuits(found: Findings) -> Iterator[Line]:
    for circuit in sorted(found.circuits, key=lambda circuit: -circuit.open_seconds)[:MOST_LINES]:
        yield _tell_circuit(circuit)
    yield from _tell_more(_("Keys"), len(found.circuits), reverse("admin:applications_application_changelist"))


def _tell_circuit(circuit: Circuit) -> Line:
    words = _("For %(length)s the vendor has refused the keys of %(application)s for %(action)s: %(code)s. Tasks wait.")
    told = {
        "application": circuit.application,
        "action": circuit.action,
        "code": circuit.code,
        "length": _length(circuit.open_seconds),
    }
    url = reverse("admin:applications_application_change", args=[circuit.application_id])
    return Line(_("Keys"), Status.WARNING, words % told, url)


def _tell_more(about: str, number: int, url: str) -> Iterator[Line]:
    if number > MOST_LINES:
        yield Line(about, Status.OK, _("%(number)d more like these.") % {"number": number - MOST_LINES}, url)


def _tell_quarantine(found: Findings, status: Status) -> Line:
    url = reverse("admin:callbacks_quarantined_changelist")
    if found.unreadable:
        words = ngettext(
            "%(number)d callback of the last day was signed by the vendor and could not be read.",
            "%(number)d callbacks of the last day were signed by the vendor and could not be read.",
            found.unreadable,
        ) % {"number": found.unreadable}
        return Line(_("Callbacks"), status, words, f"{url}?is_authentic__exact=1")
    refused = sum(found.quarantined.values())
    words = _("Every signed callback of the last day was understood.")
    if refused:
        strangers = _("%(number)d deliveries that nobody signed were refused and kept.")
        words += " " + strangers % {"number": refused}
    return Line(_("Callbacks"), status, words, url)


def _tell_spool(spool: SpoolFindings | None, status: Status) -> Line:
    if spool is None:
        return Line(_("Spool"), status, _("None is configured: callbacks are lost while the database is away."))
    unwritable = _("The spool cannot be written: callbacks are lost while the database is away. The log says why.")
    if not spool.is_readable:
        return Line(_("Spool"), status, unwritable)
    words = _("Nothing waits on this host's disk.")
    if spool.files:
        words = _("%(files)d batches of callbacks wait on this host's disk, the first for %(length)s.") % {
            "files": spool.files,
            "length": _length(spool.oldest_seconds),
        }
    if spool.refused:
        more = _("%(number)d could not be stored: the log says why; then manage.py drain_spool --take-back.")
        words += " " + more % {"number": spool.refused}
    if spool.bytes:
        words += " " + _("%(size)s, %(share)d %% of the limit.") % {
            "size": filesizeformat(spool.bytes),
            "share": round(spool.share * 100),
        }
    if not spool.is_writable:
        words = f"{unwritable} {words}"
    return Line(_("Spool"), status, words)


def _recordings(**filters: object) -> str:
    return f"{reverse('admin:recordings_recording_changelist')}?{urlencode(filters)}"


def _length(seconds: float) -> str:
    return tell_length(timedelta(seconds=seconds))
