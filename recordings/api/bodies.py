"""Request bodies: the vendor's parameters with our own fields beside them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from applications.models import Application, StorageProfile
from layouts.models import LayoutTemplateVersion
from layouts.parameters import MixLayoutParams, Parameters
from layouts.problems import list_field_problems
from layouts.services import find_layout, lay_over
from recordings.parameters import ModifyParameters, Problem, RecordingParameters, check
from recordings.services.errors import InvalidParameters

LONGEST_LABEL_NAME = 64
LabelName = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_LABEL_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")
]
LabelValue = Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")]
Labels = Annotated[dict[LabelName, LabelValue], Field(max_length=32)]


SLOT = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")


def _check_slot(slot: str) -> str:
    if not SLOT.fullmatch(slot):
        raise PydanticCustomError("slot", "no name of a slot")
    return slot


class NamesLayout(Parameters):
    """A layout by name."""

    layout_template: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None,
        description="A layout template, as `lesson` or `lesson@3`; mix_layout_params beside it overrides its fields.",
    )


class StartOptions(NamesLayout):
    """What a start says to us rather than to the vendor."""

    slot: Annotated[str, AfterValidator(_check_slot)] = Field(
        "main",
        description="A lane of the room. A recording holds it until its recorder has left (`finalizing`); until then "
        "another start in it is answered 409.",
        json_schema_extra={"pattern": SLOT.pattern},
    )
    storage_profile: str = Field(description="Name of the storage profile that takes the files.", max_length=50)
    max_duration: int | None = Field(
        None, ge=10, le=720 * 3600, description="Seconds after which the recording is stopped."
    )
    priority: int = Field(
        0, ge=0, le=9, description="Who has more is let through first when the vendor's quota is full."
    )
    queue: bool = Field(
        True, description="false: 429 with Retry-After instead of a place in the queue, when it cannot start at once."
    )
    labels: Labels = Field(default_factory=dict, description="Text that the caller wants back.")


class StartRecording(StartOptions, RecordingParameters):
    """A wish to record a room."""


class ChangeOptions(NamesLayout):
    """What a change says to us rather than to the vendor."""

    labels: Labels | None = Field(None, description="The whole new set; null is the empty one.")
    comment: Annotated[str, StringConstraints(max_length=256)] = Field(
        "", description="Why; kept with the revision that this change makes."
    )
    legal_hold: bool = Field(
        False, description="While true, no file of it is deleted by this service; also of one that ended."
    )


class ChangeRecording(ChangeOptions, ModifyParameters):
    """A change of a running recording. Absent keys keep their last value, null resets, lists are replaced."""


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
    template = _find_layout(options, application, problems)
    if template is not None:
        rest["mix_layout_params"] = lay_over(template, rest.get("mix_layout_params"))
    parameters, found = check(
        rest,
        storage_kind=profile.kind if profile else "cos",  # type: ignore[arg-type]  # choices are the same words
        profile_media_type=profile.tencent_vod.get("media_type") if profile else None,
    )
    problems += found
    if options is not None and parameters is not None:
        _check_duration(options, parameters, problems)
    if template is not None and options is not None:
        options = options.model_copy(update={"layout_template": str(template)})
    return options, parameters, profile, problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as it was asked for.

    Attributes:
        parameters: The vendor's part; checked against the recording later.
        labels: The whole new set; None keeps the old one.
        layout_template: The version that the layout comes from, as `lesson@3`; empty when it comes from none.
        legal_hold: None keeps it as it is.
    """

    parameters: Mapping[str, Any]
    labels: Mapping[str, str] | None
    layout_template: str
    comment: str
    legal_hold: bool | None


def read_change(data: Any, *, application: Application) -> Change:
    """Return what a change asks for.

    Raises:
        InvalidParameters: Not an object, or a wrong field of our own.
    """
    body = dict(_object(data))
    own = {name: body.pop(name) for name in ChangeOptions.model_fields if name in body}
    try:
        options = ChangeOptions.model_validate(own)
    except ValidationError as error:
        raise InvalidParameters(list(list_field_problems(error, data=own))) from error
    problems: list[Problem] = []
    template = _find_layout(options, application, problems)
    if problems:
        raise InvalidParameters(problems)
    if template is not None:
        # The template is the whole layout: what it leaves out is not kept from before.
        layout = lay_over(template, body.get("mix_layout_params"))
        body["mix_layout_params"] = dict.fromkeys(MixLayoutParams.model_fields) | layout
    labels = dict(options.labels or {}) if "labels" in own else None
    return Change(
        parameters=body,
        labels=labels,
        layout_template=str(template or ""),
        comment=options.comment,
        legal_hold=options.legal_hold if "legal_hold" in own else None,
    )


def _object(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidParameters([Problem(attr="non_field_errors", code="invalid", detail=_("Must be an object."))])
    return data


def _find_layout(
    options: NamesLayout | None, application: Application, problems: list[Problem]
) -> LayoutTemplateVersion | None:
    if options is None or options.layout_template is None:
        return None
    version = find_layout(options.layout_template, application=application)
    if version is None:
        detail = _("There is no layout template of this name and version.")
        problems.append(Problem(attr="layout_template", code="unknown", detail=detail))
    return version


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
