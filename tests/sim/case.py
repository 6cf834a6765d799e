"""One wish to record and what the world outside knows of it: the vendor's own record and the callers' answers."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from tests.sim.plan import Plan

if TYPE_CHECKING:
    from tests.sim.world import App


@dataclass(slots=True)
class CreateLog:
    """One create as the vendor saw it.

    Attributes:
        outcome: "told" when its answer came back to a process that lived; "refused" when it was and did not act;
            "unknown" when nobody of ours can know.
    """

    at: float
    robot: str
    task_id: str = ""
    outcome: str = "unknown"
    answered_at: float = 0.0


@dataclass(slots=True, eq=False)
class Task:
    """A task as the vendor knows it. Times are seconds since the day began.

    Attributes:
        expires_at: When it can no longer be controlled, whatever it does.
        told_at: When its id reached us, in an answer that was read or a callback that was acknowledged; None if never.
        left_at: When it left the room and its billing ended.
        known_until: When the API forgets it.
        is_over: Nothing more will be told of it.
        stored: Files that are in storage in the end.
        clean_exit: It was not displaced, kicked or lost.
    """

    task_id: str
    app: "App"
    case: "Case"
    robot: str
    created_at: float
    expires_at: float
    told_at: float | None = None
    entered_at: float | None = None
    leaving: int | None = None
    left_at: float | None = None
    known_until: float = float("inf")
    is_over: bool = False
    failovers: int = 0
    hidden_until: float = 0.0
    files: list["File"] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    deletes: int = 0

    def tell(self, now: float) -> None:
        """Note that its id reached us."""
        self.told_at = now if self.told_at is None else self.told_at

    def is_known_at(self, now: float) -> bool:
        """Tell whether the API would find it."""
        return self.hidden_until <= now < min(self.known_until, self.expires_at)

    @property
    def bills(self) -> bool:
        return self.left_at is None

    @property
    def is_flowing(self) -> bool:
        return any(file.is_open for file in self.files)


@dataclass(slots=True)
class File:
    """A playlist at the vendor's."""

    name: str
    user_id: str
    track: str
    begin: float
    stage: str = "open"  # open, cut, uploaded
    is_open: bool = True


@dataclass(slots=True, eq=False)
class Case:
    """A wish, from its first request to the audit.

    Attributes:
        answers: What each request for the first wish got: the recording's id.
        rivals: What the other backend got for the same slot.
        blocked_by: The recordings that refusals named as holding the slot.
        refusals: Why requests were refused.
        callers: Who called the vendor for it, call by call: numbers of threads of our processes.
    """

    app: "App"
    plan: Plan
    answers: list[UUID] = field(default_factory=list)
    rivals: list[UUID] = field(default_factory=list)
    blocked_by: list[UUID] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    creates: list[CreateLog] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    callbacks_told: int = 0
    callbacks_dropped: int = 0
    callers: list[int] = field(default_factory=list)
    was_hurt: bool = False  # a process of ours died, stood still or lost an answer while at it

    @property
    def recording_id(self) -> UUID | None:
        return self.answers[0] if self.answers else None
