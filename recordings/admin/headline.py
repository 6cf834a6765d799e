"""The headline of a recording: what state, why, whose fault, what happens next and when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recordings.admin.coming import tell_coming
from recordings.admin.happened import HAPPENED, advise_without_task, tell_reason
from recordings.admin.moments import tell_distance, tell_length
from recordings.admin.observed import HAPPENED_ELSEWHERE, tell_origin
from recordings.admin.words import DOUBTS, STATES
from recordings.models import Recording
from recordings.states.policy import Policy
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import Doubt, State, is_terminal

# A check that is due is done within seconds; later than this, nobody does it.
CHECK_IS_LATE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Headline:
    """What an operator must know first.

    Attributes:
        happened: Sentences, the most important first.
        coming: What happens by itself, and when.
        doubt: Why what is told is provisional, and what to do about it; empty when it is not.
        alarm: What needs a person; empty when nothing does.
    """

    state: str
    happened: list[str]
    coming: list[str]
    doubt: str
    alarm: str


def write_headline(recording: Recording, snapshot: Snapshot | None, *, now: datetime, policy: Policy) -> Headline:
    """Return the headline of *recording*.

    Args:
        snapshot: Of its whole ledger; None when the ledger does not say how it began.
    """
    happened = _happened(State(recording.state), snapshot, now) if snapshot else []
    if snapshot is not None and snapshot.awaits_twin:
        happened.append(_("The known task is over, but a later start that nobody heard of may have made another."))
    if snapshot is not None and snapshot.state == State.LOST and not snapshot.task_id:
        happened.append(advise_without_task(snapshot, room=recording.room_id, robot=recording.robot_user_id, now=now))
    coming = list(tell_coming(recording, snapshot, now=now, policy=policy)) if snapshot else []
    return Headline(
        state=str(STATES.get(recording.state, recording.state)),
        happened=happened or [tell_reason(recording.reason)],
        coming=coming,
        doubt=_doubt(recording.provisional_reason),
        alarm=_alarm(recording, now),
    )


def _happened(state: State, snapshot: Snapshot, now: datetime) -> list[str]:
    if not snapshot.is_observed:
        return list(HAPPENED[state](snapshot, now))
    sentences = HAPPENED if snapshot.observed_family == "trtc" else HAPPENED_ELSEWHERE
    return [*sentences[state](snapshot, now), tell_origin(snapshot)]


def _doubt(reason: str | None) -> str:
    if reason is None:
        return ""
    advice = {
        Doubt.CONFLICT: _("Compare the tellings under Callbacks; then believe one of them, or confirm what stands."),
        Doubt.WEAK_SIGNATURE: _("Look whether the storage has the files; then confirm it."),
    }
    text = _("Provisional: %(why)s. %(advice)s")
    return text % {"why": DOUBTS.get(reason, reason), "advice": advice.get(Doubt(reason), "")}


def _alarm(recording: Recording, now: datetime) -> str:
    live = not is_terminal(State(recording.state))
    if live and recording.deadline_at is not None and recording.deadline_at < now - CHECK_IS_LATE:
        return _("Its deadline passed %(ago)s and it is still live. Does a worker run?") % {
            "ago": tell_distance(recording.deadline_at, now=now)
        }
    if recording.next_check_at is not None and recording.next_check_at < now - CHECK_IS_LATE:
        return _("Its check is late by %(length)s. Does a worker run?") % {
            "length": tell_length(now - recording.next_check_at)
        }
    if recording.failures:
        text = ngettext(
            "The last call to the vendor brought no answer.",
            "The last %(number)d calls to the vendor brought no answer.",
            recording.failures,
        )
        return text % {"number": recording.failures}
    return ""
