"""Reading a layout of which parts may be wrong, so that the rules still see the sound ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from layouts.boxes import Box
from layouts.geometry import Canvas
from layouts.lint import fields as field_faults
from layouts.lint.findings import Finding, report
from layouts.parameters import (
    MOST_WATERMARKS,
    MOST_WINDOWS,
    ImageWaterMark,
    MixLayout,
    MixLayoutParams,
    Parameters,
    TextWaterMark,
    TimestampWaterMark,
)

# Entries beyond these are counted and not looked at, so that a hostile list costs little.
MOST_ENTRIES_READ = 100
LISTS = {"mix_layout_list": MOST_WINDOWS, "water_mark_list": MOST_WATERMARKS}
MARKS: Mapping[object, type[Parameters]] = {
    "image": ImageWaterMark,
    "text": TextWaterMark,
    "timestamp": TimestampWaterMark,
}


@dataclass(frozen=True, slots=True)
class Part:
    """The sound fields of one object, defaults included; a field that is missing or wrong is absent."""

    path: str
    fields: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Return the value of *name*; None where it is absent, wrong or not known."""
        return self.fields.get(name)

    def at(self, name: str) -> str:
        """Return the path of the field *name*."""
        return f"{self.path}.{name}" if self.path else name

    @property
    def box(self) -> Box | None:
        """Return where it lies; None unless all four numbers are sound."""
        sides = [self.fields.get(name) for name in Box._fields]
        return None if None in sides else Box(*(side for side in sides if side is not None))


@dataclass(slots=True)
class Reading:
    """A layout as far as it could be read, and what was wrong with its single fields."""

    layout: Part
    windows: list[Part] = field(default_factory=list)
    marks: list[Part] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def mode(self) -> str | None:
        """Return the mode; None when it is not known."""
        mode: str | None = self.layout["mix_layout_mode"]
        return mode


def read(layout: object, *, canvas: Canvas | None) -> Reading:
    """Return what is sound in *layout*, a MixLayoutParams or parsed JSON of any shape."""
    raw = _as_json(layout)
    if not isinstance(raw, Mapping):
        return Reading(layout=Part("", {}), findings=[report(field_faults.NOT_AN_OBJECT, "", field="layout")])
    lists = {name: raw[name] for name in LISTS if isinstance(raw.get(name), list | tuple)}
    rest = {name: value for name, value in raw.items() if name not in lists}
    reading = Reading(layout=Part("", {}))
    reading.layout = _read_part(reading, MixLayoutParams, rest, path="", canvas=canvas)
    for name, most in LISTS.items():
        entries = lists.get(name, ())
        if len(entries) > most:
            surplus = len(entries) - most
            reading.findings.append(report(field_faults.TOO_MANY, name, most=most, count=len(entries), surplus=surplus))
    for path, entry in _entries(lists, "mix_layout_list"):
        reading.windows.append(_read_part(reading, MixLayout, entry, path=path, canvas=canvas))
    for path, entry in _entries(lists, "water_mark_list"):
        reading.marks.append(_read_mark(reading, entry, path=path, canvas=canvas))
    return reading


def _as_json(layout: object) -> object:
    if not isinstance(layout, BaseModel):
        return layout
    # A draft lacks fields, which is no reason to warn on standard error.
    return layout.model_dump(mode="json", exclude_none=True, warnings=False)


def _entries(lists: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    for index, entry in enumerate(lists.get(name, ())[:MOST_ENTRIES_READ]):
        yield f"{name}.{index}", entry


def _read_mark(reading: Reading, entry: Any, *, path: str, canvas: Canvas | None) -> Part:
    kind = entry.get("water_mark_type") if isinstance(entry, Mapping) else None
    model = MARKS.get(kind) if isinstance(kind, str) else None
    if model is not None:
        return _read_part(reading, model, entry, path=path, canvas=canvas)
    if isinstance(entry, Mapping):
        at, has_kind = f"{path}.water_mark_type", "water_mark_type" in entry
        reading.findings.append(field_faults.explain_kind(at, kind, has_kind=has_kind))
    else:
        reading.findings.append(report(field_faults.NOT_AN_OBJECT, path, field="water_mark_list"))
    return Part(path, {})


def _read_part(
    reading: Reading, model: type[Parameters], raw: Any, *, path: str, canvas: Canvas | None
) -> Part:  # fmt: skip
    try:
        sound = model.model_validate(raw)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        reading.findings += (field_faults.explain(fault, model=model, path=path, canvas=canvas) for fault in faults)
        wrong = {fault["loc"][0] for fault in faults if fault["loc"]}
        return Part(path, dict(_sound_fields(model, raw, wrong)))
    return Part(path, {name: getattr(sound, name) for name in model.model_fields})


def _sound_fields(model: type[Parameters], raw: Any, wrong: set[int | str]) -> Iterator[tuple[str, Any]]:
    if not isinstance(raw, Mapping):
        return
    for name, info in model.model_fields.items():
        if name in raw and name not in wrong:
            yield name, raw[name]
        elif name not in raw and not info.is_required():
            yield name, info.get_default(call_default_factory=True)
