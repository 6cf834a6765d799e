"""Models built from requests that are partly wrong, so that rules between the sound fields still run."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, get_origin

from pydantic import Strict, TypeAdapter, ValidationError

from layouts.parameters import Parameters

P = TypeVar("P", bound=Parameters)


def build_draft(model: type[P], data: Mapping[str, Any]) -> P:
    """Return a *model* of what is right in *data*.

    Reading a field that is missing or wrong raises FieldUnknown.
    """
    draft = cast("P", model.model_construct())
    for name, field in model.model_fields.items():
        draft.__dict__.pop(name, None)
        if name in data:
            draft.__dict__.update(_sound_part(model, name, data[name]))
        elif not field.is_required():
            draft.__dict__[name] = field.get_default(call_default_factory=True)
    return draft


def _sound_part(model: type[Parameters], name: str, value: Any) -> dict[str, Any]:
    adapter, strict = _field_adapter(model, name)
    try:
        return {name: adapter.validate_python(value, strict=strict)}
    except ValidationError:
        pass
    annotation = model.model_fields[name].annotation
    inner = tuple(_models_in(annotation))
    is_list = get_origin(annotation) is tuple
    if inner and is_list and isinstance(value, list):
        return {name: tuple(_draft_item(inner, item) for item in value)}
    if inner and not is_list and isinstance(value, Mapping):
        return {name: build_draft(inner[0], value)}
    return {}


@cache
def _field_adapter(model: type[Parameters], name: str) -> tuple[TypeAdapter[Any], bool | None]:
    field = model.model_fields[name]
    # A model's strictness does not reach a field that is checked by itself.
    says_itself = any(isinstance(part, Strict) for part in field.metadata)
    annotation: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotation), None if says_itself else True


def _draft_item(models: tuple[type[Parameters], ...], item: Any) -> Parameters:
    known: Mapping[str, Any] = item if isinstance(item, Mapping) else {}
    fitting = [model for model in models if _kind(model) in (None, known.get("water_mark_type"))]
    return build_draft(fitting[0] if fitting else Parameters, known)


def _kind(model: type[Parameters]) -> str | None:
    """Return the one word that a member of a union is told by; None outside unions."""
    field = model.model_fields.get("water_mark_type")
    return None if field is None else str(get_args(field.annotation)[0])


def _models_in(annotation: Any) -> Iterator[type[Parameters]]:
    if isinstance(annotation, type) and issubclass(annotation, Parameters):
        yield annotation
    elif get_origin(annotation) is not Literal:
        for argument in get_args(annotation):
            yield from _models_in(argument)
