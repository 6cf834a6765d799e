"""What is wrong with a request, one entry per fault, in the reader's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of a request.

    Args:
        attr: Dotted path of the field, list positions counted from 0 ("mix_layout_params.mix_layout_list.2.left").
        code: What is wrong, for programs.
        detail: What is wrong, for people, in the language active when it was found.
    """

    attr: str
    code: str
    detail: str


# Type of pydantic's error: our code and sentence. The codes are those of Django REST framework where it has one.
# https://docs.pydantic.dev/latest/errors/validation_errors/
FIELD_ERRORS: Mapping[str, tuple[str, "_StrPromise"]] = {
    "missing": ("required", _("This field is required.")),
    "extra_forbidden": ("unknown_field", _("There is no such field.")),
    "int_type": ("invalid", _("Must be a whole number.")),
    "int_parsing_size": ("invalid", _("Must be a whole number of reasonable size.")),
    "whole_number": ("invalid", _("Must be a whole number.")),
    "string_type": ("invalid", _("Must be a string.")),
    "string_unicode": ("invalid", _("Must be valid Unicode.")),
    "bool_type": ("invalid", _("Must be true or false.")),
    "model_type": ("invalid", _("Must be an object.")),
    "model_attributes_type": ("invalid", _("Must be an object.")),
    "dict_type": ("invalid", _("Must be an object.")),
    "tuple_type": ("not_a_list", _("Must be a list.")),
    "literal_error": ("invalid_choice", _("Must be one of: %(expected)s.")),
    "union_tag_invalid": ("invalid_choice", _("Must be one of: %(expected_tags)s.")),
    "union_tag_not_found": ("required", _("This field is required.")),
    "greater_than_equal": ("min_value", _("Must be at least %(ge)s.")),
    "less_than_equal": ("max_value", _("Must be at most %(le)s.")),
    "string_too_short": ("min_length", _("Must have at least %(min_length)s characters.")),
    "string_too_long": ("max_length", _("Must have at most %(max_length)s characters.")),
    "too_long": ("max_length", _("Must have at most %(max_length)s entries.")),
    "color": ("color", _("Must be a colour like #1A2B3C.")),
    "url": ("url", _("Must be an http or https address.")),
    "url_alphabet": (
        "url",
        _("Must be at most 2048 of these characters: a-z A-Z 0-9 - . _ ~ : / ? # [ ] @ ! & ( ) * + , %% ="),
    ),
    "image_extension": ("image_extension", _("The address must name a .jpg, .jpeg or .png file.")),
    "control_characters": ("control_characters", _("Must not hold control characters.")),
    "user_id": ("user_id", _("Must be a user id of 1 to 32 bytes, or the start of one followed by .*$")),
    "slot": ("invalid", _("Must be 1 to 64 letters, digits, '_', '.' or '-'.")),
    "name": ("name", _("May hold letters, digits, '_' and '-' only, and at least one.")),
}

# The attr of a fault that lies in no field, as in Django REST framework.
WHOLE_REQUEST = "non_field_errors"

# So many are told of at once; whoever has more sent something else than a request.
MOST_PROBLEMS = 100

UNLISTED = ("invalid", _("Is not valid."))


def list_field_problems(error: ValidationError, *, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield one Problem per fault that the models found in *data*."""
    for details in error.errors(include_url=False, include_input=False):
        code, sentence = FIELD_ERRORS.get(details["type"], UNLISTED)
        yield Problem(attr=_dotted_path(details, data), code=code, detail=sentence % details.get("ctx", {}))


def unknown_field(attr: str) -> Problem:
    """Return the problem of a key that nothing reads."""
    code, sentence = FIELD_ERRORS["extra_forbidden"]
    return Problem(attr=_printable(attr), code=code, detail=str(sentence))


def _dotted_path(details: ErrorDetails, data: Mapping[str, Any]) -> str:
    # In a union pydantic puts the name of the chosen member into the path; the request has no such key.
    *parents, last = details["loc"] or (WHOLE_REQUEST,)
    path: list[str] = []
    value: Any = data
    for part in parents:
        if isinstance(value, Mapping) and part not in value:
            continue
        path.append(str(part))
        value = value[part]
    path.append(str(last))
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        path.append(details["ctx"]["discriminator"].strip("'"))
    return _printable(".".join(path))


def _printable(path: str) -> str:
    # A key of the caller's may hold lone surrogates, which no answer can repeat.
    return path.encode(errors="replace").decode()
