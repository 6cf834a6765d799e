"""Request bodies: the vendor's parameters with our own fields beside them."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints, ValidationError

from applications.models import Application, StorageProfile
from layouts.parameters import Parameters
from recordings.parameters import ModifyParameters, Problem, RecordingParameters, check
from recordings.parameters.problems import list_field_problems
from recordings.services.errors import InvalidParameters

LabelName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
LabelValue = Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")]
Labels = Annotated[dict[LabelName, LabelValue], Field(max_length=32)]


class StartOptions(Parameters):
    """What a start says to us rather than to the vendor."""

    slot: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] = Field(
        "main", description="A lane of the room that one live recording at a time can hold."
    )
    storage_profile: str = Field(description="Name of the storage profile that takes the files.", max_length=50)
    max_duration: int | None = Field(
        None, ge=10, le=720 * 3600, description="Seconds after which the recording is stopped."
    )
    labels: Labels = Field(default_factory=dict, description="Text that the caller wants back.")


class StartRecording(StartOptions, RecordingParameters):
    """A wish to record a room."""


class ChangeRecording(ModifyParameters):
    """A change of a running recording. Absent keys keep their last value, null resets, lists are replaced."""

    labels: Labels | None = Field(None, description="The whole new set; null is the empty one.")


class LabelsOnly(Parameters):
    labels: Labels | None


def read_start(data: Any, *, application: Application) -> tuple[StartOptions, RecordingParameters, StorageProfile]:
    """Return what a start request asks for.

    Raises:
        InvalidParameters: With every problem of the body.
    """
    options, parameters, profile, problems = inspect_start(data, application=application)
    if problems or options is None or parameters is None or profile is None:
        raise InvalidParameters(problems)
    return options, parameters, profile


def inspect_start(
    data: Any, *, application: Application
) -> tuple[StartOptions | None, RecordingParameters | None, StorageProfile | None, list[Problem]]:
    """Return as much of a start request as can be read, and everything that is wrong with it."""
    body = _object(data)
    own = {name: value for name, value in body.items() if name in StartOptions.model_fields}
    problems: list[Problem] = []
    options = None
    try:
        options = StartOptions.model_validate(own)
    except ValidationError as error:
        problems += list_field_problems(error, data=own)
    profile = _find_profile(own.get("storage_profile"), application, problems)
    rest = {name: value for name, value in body.items() if name not in StartOptions.model_fields}
    parameters, found = check(
        rest,
        storage_kind=profile.kind if profile else "cos",  # type: ignore[arg-type]  # choices are the same words
        profile_media_type=profile.tencent_vod.get("media_type") if profile else None,
    )
    problems += found
    if options is not None and parameters is not None:
        _check_duration(options, parameters, problems)
    return options, parameters, profile, problems


def read_change(data: Any) -> tuple[dict[str, Any], dict[str, str] | None]:
    """Return the vendor's part of a change and the new labels, None to keep them.

    Raises:
        InvalidParameters: Not an object, or bad labels. The vendor's part is checked against the recording later.
    """
    body = dict(_object(data))
    if "labels" not in body:
        return body, None
    own = {"labels": body.pop("labels")}
    try:
        return body, dict(LabelsOnly.model_validate(own).labels or {})
    except ValidationError as error:
        raise InvalidParameters(list(list_field_problems(error, data=own))) from error


def _object(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidParameters([Problem(attr="non_field_errors", code="invalid", detail=_("Must be an object."))])
    return data


def _find_profile(name: Any, application: Application, problems: list[Problem]) -> StorageProfile | None:
    if not isinstance(name, str):
        return None  # a problem of the field's own
    profile = StorageProfile.objects.filter(application=application, name=name).first()
    if profile is None:
        problems.append(
            Problem(attr="storage_profile", code="unknown", detail=_("There is no storage profile of this name."))
        )
    return profile


def _check_duration(options: StartOptions, parameters: RecordingParameters, problems: list[Problem]) -> None:
    if options.max_duration is not None and options.max_duration > parameters.resource_expired_hour * 3600:
        problems.append(
            Problem(
                attr="max_duration",
                code="max_value",
                detail=_("Must not be longer than resource_expired_hour: after it the vendor takes no stop."),
            )
        )
