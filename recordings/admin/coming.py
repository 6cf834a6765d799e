"""What happens to a recording by itself next, and when. Pure."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from recordings.admin.moments import tell_moment
from recordings.admin.words import STATES, WAITING, reason_words
from recordings.models import Recording
from recordings.states.deadlines import last_step
from recordings.states.duties import next_step
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.steps import (
    AssumeExit,
    CheckStorage,
    Create,
    Delete,
    Describe,
    Modify,
    RequestStop,
    Settle,
    Step,
)
from recordings.states.vocabulary import State, is_terminal


def tell_coming(recording: Recording, snapshot: Snapshot, *, now: datetime, policy: Policy) -> Iterator[str]:
    """Yield what it waits for, the next step, and what the deadline does."""
    if recording.waiting_for is not None:
        if recording.queue_position is not None:
            yield _("Place %(number)d in the queue.") % {"number": recording.queue_position}
        yield _("It waits for %(what)s.") % {"what": WAITING.get(recording.waiting_for, recording.waiting_for)}
    last = last_step(snapshot)
    if recording.next_check_at is not None:
        at = max(recording.next_check_at, now)
        step, _later = next_step(snapshot, now=at, looked_at=recording.looked_at, policy=policy)
        if step is not None and step != last:
            if recording.lease_until is not None and recording.lease_until > at:
                when = _("when the process that is at work on it is done; if that died, after %(when)s") % {
                    "when": tell_moment(recording.lease_until, now=now)
                }
            else:
                when = tell_moment(at, now=now) if at > now else _("as soon as a worker takes it")
            yield _("Next: %(what)s, %(when)s.") % {"what": _step(step), "when": when}
    if is_terminal(State(recording.state)):
        yield _("It is over. Late evidence can only improve it.")
    elif recording.deadline_at is not None and last is not None:
        late = recording.deadline_at <= now
        if snapshot.is_observed:
            text = _("Unless more is heard of it, at %(when)s: %(what)s.")
        else:
            text = _("Should have given up at %(when)s: %(what)s.") if late else _("Gives up at %(when)s: %(what)s.")
        yield text % {"when": tell_moment(recording.deadline_at, now=now), "what": _step(last)}


def _step(step: Step) -> str:
    match step:
        case Create(attempt):
            return _("start no. %(number)d is sent") % {"number": attempt}
        case Delete():
            return _("the vendor is told to end the task")
        case Describe():
            return _("the vendor is asked how the task is")
        case Modify():
            return _("the changed parameters are sent")
        case CheckStorage():
            return _("the storage is asked for its files")
        case RequestStop():
            return _("it is stopped")
        case AssumeExit(""):
            return _("it is concluded that the start nobody heard of made no task")
        case AssumeExit():
            return _("the exit is assumed, if the vendor took the stop")
        case Settle(outcome):
            why = reason_words(outcome.reason)
            state = STATES.get(outcome.state, outcome.state)
            return _("closed as %(state)s") % {"state": state} + (f" ({why})" if why else "")
