"""Sentences about single fields."""

from layouts.lint.findings import Text
from layouts.lint.findings import gettext_noop as _

REQUIRED = Text("required", "error", _("This field is required."), _("Add %(field)s."))
UNKNOWN = Text("unknown_field", "error", _("There is no such field."), _("Remove it."))
MISSPELT = Text("unknown_field", "error", _("There is no such field."), _("Write %(suggestion)s."))
NOT_AN_OBJECT = Text("invalid", "error", _("Must be an object."), _("Write { … } with the fields of %(field)s."))
NOT_A_LIST = Text("not_a_list", "error", _("Must be a list."), _("Write [ … ], also around a single entry."))
TOO_MANY = Text(
    "max_length",
    "error",
    _("Must have at most %(most)s entries; there are %(count)s."),
    _("Remove %(surplus)s of them."),
)

NUMBER = Text("invalid", "error", _("Must be a whole number."), _("Write digits alone: no quotes, no decimal point."))
SHARE = Text(
    "invalid",
    "error",
    _("Must be a whole number of pixels; %(value)s looks like a share of the canvas."),
    _("Write %(pixels)s, which is that share of %(length)s pixels."),
)
TOO_SMALL = Text(
    "min_value", "error", _("Must be at least %(least)s."), _("Write a number from %(least)s to %(most)s.")
)
TOO_LARGE = Text("max_value", "error", _("Must be at most %(most)s."), _("Write a number from %(least)s to %(most)s."))
ALPHA = Text(
    "alpha",
    "error",
    _("Transparency is a whole number from 0 (opaque) to 255 (invisible), the other way round than in CSS."),
    _("Write 0 for a window that is seen as usual."),
)

CHOICE = Text("invalid_choice", "error", _("Must be one of: %(expected)s."), _("Write one of these words."))
LETTERS = Text("invalid_choice", "error", _("Is none of the words that are known here."), _('Write "%(word)s".'))
BY_NUMBER = Text("invalid_choice", "error", _("The vendor's number %(value)s is a word here."), _('Write "%(word)s".'))
TRUE_OR_FALSE = Text("invalid", "error", _("Must be true or false."), _("Write %(word)s, without quotes."))

EMPTY_TEXT = Text("min_length", "error", _("Must not be empty."), _("Write a text, or remove the watermark."))
LONG_TEXT = Text(
    "max_length", "error", _("Must have at most %(most)s characters."), _("Shorten it to %(most)s characters.")
)

COLOR = Text("color", "error", _("Must be a colour like #1A2B3C."), _("Write # and six hexadecimal digits."))
COLOR_LIKE = Text("color", "error", _("Must be a colour like #1A2B3C."), _("Write %(suggestion)s."))

URL_LETTERS = Text(
    "url",
    "error",
    _("Holds characters that the vendor does not accept: %(letters)s."),
    _("Write %(encoded)s instead, or rename the file."),
)
URL_LONG = Text(
    "url",
    "error",
    _("Has more than %(most)s characters."),
    _("Use a shorter address, for instance a public one without a signature."),
)
INVALID = Text("invalid", "error", _("Is not valid."), _("Compare %(field)s with the schema of the API."))

_STRING = Text("invalid", "error", _("Must be a string."), _("Put the value in quotes."))
_OBJECT = NOT_AN_OBJECT

# Those that say the same whatever the value is, by the type of pydantic's error:
# https://docs.pydantic.dev/latest/errors/validation_errors/
FIELD_TEXTS = {
    "string_type": _STRING,
    "string_unicode": Text("invalid", "error", _("Must be valid Unicode."), _("Send the text as UTF-8.")),
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "tuple_type": NOT_A_LIST,
    "url": Text("url", "error", _("Must be an http or https address."), _("Begin with https:// and a host name.")),
    "image_extension": Text(
        "image_extension",
        "error",
        _("The address must name a .jpg, .jpeg or .png file."),
        _("Let the path end in .jpg, .jpeg or .png, before any question mark."),
    ),
    "control_characters": Text(
        "control_characters",
        "error",
        _("Must not hold control characters."),
        _("Remove line breaks and tabs; a watermark is one line."),
    ),
    "user_id": Text(
        "user_id",
        "error",
        _("Must be a user id of 1 to 32 bytes."),
        _("Write the id under which the user enters the room, or leave the field out."),
    ),
}
