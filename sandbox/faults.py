"""The knobs for harm: what may go wrong, how often, and when it did."""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.families import FAMILIES
from sandbox.family import EventType
from sandbox.ledger import Ledger

ACTIONS = (
    *("CreateCloudRecording", "DescribeCloudRecording", "ModifyCloudRecording", "DeleteCloudRecording"),
    "DescribeMediaInfos",
)
GARBAGE = ("truncated", "empty", "html")
DRIFTS = tuple(dict.fromkeys(name for family in FAMILIES.values() for name in family.drifts))

# kind: {option: default}. The default's type is the option's type; None stands for "any".
OF_CALLS: dict[str, dict[str, Any]] = {
    "lose_answer": {"action": None, "act": True},
    "hang": {"action": None, "act": True, "seconds": 30.0},
    "fail": {"action": None, "act": False, "code": "InternalError.CRInternalError", "message": "Internal error."},
    "http_status": {"action": None, "act": False, "status": 502},
    "garbage": {"action": None, "act": True, "body": "truncated"},
}
FOR_ANY: dict[str, Any] = {"family": None, "event_types": None}
OF_CALLBACKS: dict[str, dict[str, Any]] = {
    "delay_callbacks": {**FOR_ANY, "seconds": 10.0},
    "duplicate_callbacks": {**FOR_ANY, "copies": 1},
    "reorder_callbacks": {**FOR_ANY, "window": 5.0},
    "drop_callbacks": FOR_ANY,
    "drop_first_attempt": FOR_ANY,
    "stale_stamp": {**FOR_ANY, "age_seconds": 0.0},
    "drift": {**FOR_ANY, "variants": list(DRIFTS)},
}
OF_TASKS: dict[str, dict[str, Any]] = {
    "fail_start": {},
    "fail_upload": {"stage": "stop", "code": "AccessDenied", "message": "Access Denied.", "repair_after": None},
    "refuse_storage": {"operation": "write", "code": "AccessDenied", "message": "Access Denied."},
    "lose_files": {"file": "*"},
    "fail_mp4": {"status": 2, "repair_after": None},
    "fail_vod": {"status": 2, "message": "upload to vod failed"},
    "lose_vod": {},
    "failover": {"after": 15.0},
    "image_error": {"url": None},
}
KINDS = OF_CALLS | OF_CALLBACKS | OF_TASKS
CHOICES: dict[str, tuple[Any, ...]] = {
    "action": (None, *ACTIONS),
    "family": (None, *FAMILIES),
    "body": GARBAGE,
    "stage": ("start", "stop"),
    "operation": ("write", "read"),
}


class BadFault(ValueError):
    """The fault's description cannot be used; the message says why."""


@dataclass
class Fault:
    """One knob. `times` None means without end."""

    kind: str
    options: dict[str, Any]
    times: int | None = None
    probability: float = 1.0
    injected: int = field(default=0)

    def matches(self, *, event_type: EventType | None = None, file: str | None = None, **here: str | None) -> bool:
        """Tell whether it strikes here: `action`, `family`, `stage` or `operation` by the options of these names."""
        if self.times is not None and self.injected >= self.times:
            return False
        types = self.options.get("event_types")
        if types is not None and event_type not in types:
            return False
        if file is not None and not fnmatchcase(file, self.options["file"]):
            return False
        return all(self.options.get(name) in (None, value) for name, value in here.items())

    def public(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "times": self.times,
            "probability": self.probability,
            **self.options,
            "injected": self.injected,
        }


class FaultBook:
    """The knobs of one application, tried in the order in which they were set."""

    def __init__(self, sdk_app_id: int, ledger: Ledger) -> None:
        self._sdk_app_id = sdk_app_id
        self._ledger = ledger
        self.faults: list[Fault] = []

    def take(
        self,
        *kinds: str,
        action: str | None = None,
        family: str | None = None,
        event_type: EventType | None = None,
        stage: str | None = None,
        operation: str | None = None,
        file: str | None = None,
        task_id: str | None = None,
    ) -> Fault | None:
        """Return the first fault of these kinds that strikes here, count it and write it down."""
        for fault in self.faults:
            if fault.kind not in kinds:
                continue
            here = {"action": action, "family": family, "stage": stage, "operation": operation}
            if not fault.matches(event_type=event_type, file=file, **here):
                continue
            if random.random() >= fault.probability:
                continue
            fault.injected += 1
            self._ledger.append(
                "fault",
                fault=fault.kind,
                sdk_app_id=self._sdk_app_id,
                action=action,
                family=family,
                event_type=event_type,
                task_id=task_id,
                file=file,
                options=fault.options,
            )
            return fault
        return None


def read_faults(body: Any) -> list[Fault]:
    """Read {"faults": [{"kind", "times"?, "probability"?, ...options}]}.

    Raises:
        BadFault: Unknown kind or option, wrong type, value outside its choices.
    """
    items = body.get("faults") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise BadFault('the body is {"faults": [...]}')
    return [_read_fault(item) for item in items]


def _read_fault(item: Any) -> Fault:
    if not isinstance(item, dict) or item.get("kind") not in KINDS:
        raise BadFault(f"kind is one of {', '.join(KINDS)}")
    kind = item["kind"]
    given = {key: value for key, value in item.items() if key not in ("kind", "times", "probability", "injected")}
    defaults = KINDS[kind]
    for name, value in given.items():
        if name not in defaults:
            raise BadFault(f"{kind} has no option {name!r}")
        _check_option(kind, name, value, defaults[name])
    times, probability = item.get("times"), item.get("probability", 1.0)
    if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 0):
        raise BadFault("times is a count or null")
    if not _is_number(probability) or not 0 <= probability <= 1:
        raise BadFault("probability is between 0 and 1")
    return Fault(kind, {**defaults, **given}, times, float(probability))


def _check_option(kind: str, name: str, value: Any, default: Any) -> None:
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise BadFault(f"{kind}.{name} is one of {', '.join(map(str, CHOICES[name]))}")
    elif name == "event_types":
        if value is not None and not (isinstance(value, list) and all(isinstance(one, int | str) for one in value)):
            raise BadFault(f"{kind}.{name} is a list of event types or null")
    elif name == "variants":
        if not isinstance(value, list) or not all(isinstance(one, str) and one in DRIFTS for one in value):
            raise BadFault(f"{kind}.{name} is a list of {', '.join(DRIFTS)}")
    elif name == "repair_after" or _is_number(default):
        if not (value is None and default is None) and (not _is_number(value) or value < 0):
            raise BadFault(f"{kind}.{name} is a number, at least 0")
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise BadFault(f"{kind}.{name} is true or false")
    elif not isinstance(value, str):
        raise BadFault(f"{kind}.{name} is a string")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
