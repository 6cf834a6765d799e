"""Finding every fault of a request before the vendor is asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from layouts.parameters import FieldUnknown
from layouts.problems import Problem, list_field_problems, unknown_field
from recordings.parameters.drafts import build_draft
from recordings.parameters.layout_findings import list_layout_findings
from recordings.parameters.layout_rules import LAYOUT_RULES
from recordings.parameters.recording import ModifyParameters, RecordingParameters
from recordings.parameters.rules import START_RULES, STORAGE_RULES, vod_aac_only_for_sound
from recordings.parameters.storage import StorageKind, VodMediaType

Rule = Callable[[RecordingParameters], Iterator[Problem]]

SUBSCRIPTIONS = "subscribe_stream_user_ids"
# Where a start request keeps what a change names at the top.
SUBSCRIPTIONS_PATH = f"record_params.{SUBSCRIPTIONS}"


def check(
    data: Mapping[str, Any], *, storage_kind: StorageKind, profile_media_type: VodMediaType | None = None
) -> tuple[RecordingParameters | None, list[Problem]]:
    """Return the parameters of a start request and everything that is wrong with it.

    Args:
        data: Parsed JSON, with the keys of RecordingParameters and no others.
        storage_kind: Kind of the storage profile that the request names.
        profile_media_type: For VOD, the kind of file that the profile sets.

    Returns:
        The parameters and no problem, or None and every problem.
    """
    rules: list[Rule] = [*START_RULES, *LAYOUT_RULES]
    rules += (partial(rule, storage_kind=storage_kind) for rule in STORAGE_RULES)
    if storage_kind == "vod":
        rules.append(partial(vod_aac_only_for_sound, profile_media_type=profile_media_type))
    return _apply(rules, data)


def check_modify(
    data: Mapping[str, Any], *, current: RecordingParameters
) -> tuple[RecordingParameters | None, list[Problem]]:
    """Return what a recording's parameters become, and everything that is wrong with the change.

    Args:
        data: Parsed JSON, with the keys of ModifyParameters. Keys it gives override, absent keys keep
            their last value, null resets to the default, lists are replaced whole.
        current: The parameters last sent.

    Returns:
        The complete new parameters and no problem, or None and every problem.
    """
    merged = current.to_json()
    if "mix_layout_params" in data:
        before = merged.get("mix_layout_params", {})
        _merge(merged, "mix_layout_params", data["mix_layout_params"])
        _leave_behind(merged.get("mix_layout_params"), before, data["mix_layout_params"])
    if SUBSCRIPTIONS in data:
        _merge(merged["record_params"], SUBSCRIPTIONS, data[SUBSCRIPTIONS])

    parameters, problems = _apply([*START_RULES, *LAYOUT_RULES], merged)
    problems = [_named_as_in_a_change(problem) for problem in problems]
    problems += [unknown_field(key) for key in data if key not in ModifyParameters.model_fields]
    return (None if problems else parameters), problems


def _apply(rules: Iterable[Rule], data: Mapping[str, Any]) -> tuple[RecordingParameters | None, list[Problem]]:
    problems: list[Problem] = []
    try:
        parameters = RecordingParameters.model_validate(dict(data))
    except ValidationError as error:
        problems += list_field_problems(error, data=data)
        parameters = build_draft(RecordingParameters, data)
    for rule in rules:
        # In a draft a rule ends where it needs a field that is wrong; that field is already reported.
        with suppress(FieldUnknown):
            problems.extend(rule(parameters))
    if not problems:
        problems += list_layout_findings(parameters, "error")
    return (None if problems else parameters), problems


def _merge(into: dict[str, Any], key: str, change: Any) -> None:
    if change is None:
        into.pop(key, None)
    elif isinstance(change, Mapping):
        both = {**into.get(key, {}), **change}
        into[key] = {name: value for name, value in both.items() if value is not None}
    else:
        into[key] = change


# What belongs to some arrangements alone: a change to another one that says nothing of it leaves it behind.
_MODES_OF_FIELD = {
    "mix_layout_list": {"custom"},
    "max_resolution_user_id": {"floating", "screen_share"},
    "media_id": {"floating", "screen_share"},
    "max_resolution_user_align": {"screen_share"},
    "render_mode": {"grid", "floating", "screen_share"},
    "pure_audio_disable_layout": {"grid", "floating", "screen_share"},
}


def _leave_behind(layout: Any, before: Mapping[str, Any], change: Any) -> None:
    if not isinstance(layout, dict) or not isinstance(change, Mapping):
        return
    mode = layout.get("mix_layout_mode")
    if mode == before.get("mix_layout_mode"):
        return
    for name, modes in _MODES_OF_FIELD.items():
        if name not in change and mode not in modes:
            layout.pop(name, None)


def _named_as_in_a_change(problem: Problem) -> Problem:
    return replace(problem, attr=problem.attr.replace(SUBSCRIPTIONS_PATH, SUBSCRIPTIONS, 1))
