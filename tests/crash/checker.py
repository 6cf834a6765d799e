"""The invariants. Each takes the evidence and yields a sentence for whatever breaks it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise

from tests.crash.evidence import Evidence, KnownFact, Row

Invariant = Callable[[Evidence], Iterator[str]]

# A recording in one of these says that its task runs.
IN_ROOM = ("starting", "recording", "paused", "stopping")
HOLDS_SLOT = ("queued", *IN_ROOM)


def orphans(evidence: Evidence) -> Iterator[str]:
    """Every robot in a room belongs to exactly one live recording of ours."""
    namers = Counter(row.task_id for row in evidence.asked if row.is_live and row.task_id)
    for task in evidence.running:
        if namers[task["task_id"]] != 1:
            yield f"{task['task_id']} of {task['robot_user_id']} runs, and {namers[task['task_id']]} recordings name it"


def dead_records(evidence: Evidence) -> Iterator[str]:
    """No recording says that a task runs which the vendor ended, or waits for one that nobody will make."""
    running = {task["task_id"] for task in evidence.running}
    for row in evidence.asked:
        if row.state in IN_ROOM and row.task_id not in running:
            yield f"{row.id} is {row.state} and its task {row.task_id or '(none)'} does not run"


def duplicates(evidence: Evidence) -> Iterator[str]:
    """No create is sent for a recording but the first, and those after an outcome that was unknown or no outcome."""
    made = evidence.made
    for row in evidence.asked:
        facts = evidence.facts.get(row.id, [])
        sent = [fact for fact in facts if fact.kind == "create_sent"]
        if len(made.get(row.robot, ())) > len(sent):
            yield f"{row.id} made {len(made[row.robot])} tasks of {len(sent)} intents"
        for before, after in pairwise(sent):
            why = _known_before(facts, before, after, timedelta(seconds=evidence.vendor_timeout_seconds))
            if why:
                yield f"{row.id} sent create {after.data['attempt']}, though {why}"
    known = {row.robot for row in evidence.asked}
    for robot, creates in made.items():
        if robot not in known:
            yield f"{robot}, which is no recording's robot, made {len(creates)} tasks"


def _known_before(facts: list[KnownFact], before: KnownFact, after: KnownFact, timeout: timedelta) -> str:
    """Return what was known of the earlier create when the later one was sent; empty when its outcome was unknown."""
    earlier = [fact for fact in facts if fact.number < after.number]
    attempt = before.data["attempt"]
    answers = {f.kind for f in earlier if f.kind != "create_sent" and f.data.get("attempt") == attempt}
    if answers & {"create_accepted", "create_rejected"}:
        return f"create {attempt} was answered: {', '.join(answers)}"
    displaced = {
        f.task_id for f in earlier if f.kind == "recorder_left" and f.data.get("reason") == "robot_id_conflict"
    }
    running = {f.task_id for f in earlier if f.task_id} - displaced
    if running:
        return f"{', '.join(running)} was known"
    if not answers and after.received_at - before.received_at < timeout:
        return f"create {attempt} may still have been under way"
    return ""


def twins(evidence: Evidence) -> Iterator[str]:
    """A recording has one robot at most."""
    for robot, count in Counter(task["robot_user_id"] for task in evidence.running).items():
        if count > 1:
            yield f"{robot} is in its room {count} times"


def ignored_stops(evidence: Evidence) -> Iterator[str]:
    """What was told to stop has stopped."""
    running = defaultdict(list)
    for task in evidence.running:
        running[task["robot_user_id"]].append(task["task_id"])
    for row in evidence.asked:
        if any(fact.kind == "stop_requested" for fact in evidence.facts.get(row.id, ())) and running[row.robot]:
            yield f"{row.id} was told to stop, and {', '.join(running[row.robot])} runs"


def shared_slots(evidence: Evidence) -> Iterator[str]:
    """Two recordings never have, or wait for, a recorder in one slot at once."""
    by_slot: dict[str, list[Row]] = defaultdict(list)
    for row in evidence.asked:
        by_slot[row.slot].append(row)
    for slot, rows in by_slot.items():
        rows.sort(key=lambda row: row.created_at)
        for earlier, later in pairwise(rows):
            if earlier.state in HOLDS_SLOT and later.state in HOLDS_SLOT:
                yield f"{earlier.id} is {earlier.state} and {later.id} is {later.state} in {slot}"


def overdue(evidence: Evidence) -> Iterator[str]:
    """Nothing is live and past its deadline."""
    for row in evidence.recordings:
        if row.is_live and row.is_past_deadline:
            yield f"{row.id} is {row.state} past its deadline"


def unexplained(evidence: Evidence) -> Iterator[str]:
    """A recording that ended says why."""
    for row in evidence.recordings:
        if not row.is_live and not row.reason:
            yield f"{row.id} is {row.state} for no reason"


def strangers(evidence: Evidence) -> Iterator[str]:
    """No task of ours was taken for somebody else's."""
    for row in evidence.recordings:
        if row.origin != "api":
            yield f"{row.id} was made for {row.task_id} of {row.robot}, which nobody else started"


def different(evidence: Evidence) -> Iterator[str]:
    """Every row is what its ledger says."""
    if not evidence.differences.endswith(" 0 different."):
        yield evidence.differences


INVARIANTS: Mapping[str, Invariant] = {
    "orphan": orphans,
    "record of a dead task": dead_records,
    "duplicate create": duplicates,
    "two robots": twins,
    "stop ignored": ignored_stops,
    "slot shared": shared_slots,
    "overdue": overdue,
    "no reason": unexplained,
    "taken for foreign": strangers,
    "row differs from ledger": different,
}


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """Return what breaks each invariant; only those that are broken are in it."""
    found = {name: list(invariant(evidence)) for name, invariant in INVARIANTS.items()}
    return {name: sentences for name, sentences in found.items() if sentences}
