"""Sentences about pictures that were fetched."""

from layouts.lint.findings import Text
from layouts.lint.findings import gettext_noop as _

ADDRESS = Text(
    "image_address",
    "error",
    _("The address cannot be fetched: only http on port 80 and https on port 443, without a password."),
    _("Publish the picture on an ordinary web server and give its https address."),
)
NOT_PUBLIC = Text(
    "image_address",
    "error",
    _("The host is not on the public internet, where the vendor would look for it."),
    _("Put the picture on a host with a public address."),
)
UNREACHABLE = Text(
    "image_unreachable",
    "warning",
    _("The picture could not be fetched from here: %(reason)s."),
    _("Open the address in a browser outside your network, and see that it needs no login."),
)
SLOW = Text(
    "image_unreachable",
    "warning",
    _("The picture did not arrive within %(seconds)s seconds."),
    _("Use a faster host or a smaller file; the vendor does not wait for long either."),
)
REDIRECT = Text(
    "image_redirect",
    "warning",
    _("The address redirects, and the vendor is not known to follow."),
    _("Give the address that it leads to: %(location)s."),
)
STATUS = Text(
    "image_status",
    "error",
    _("The host answers %(status)s instead of the picture."),
    _("Correct the address, or let the host give the picture to anybody."),
)
TOO_LARGE = Text(
    "image_too_large",
    "error",
    _("The file has more than 5 MB."),
    _("Save it with fewer pixels or stronger compression."),
)
NO_IMAGE = Text(
    "image_type",
    "error",
    _("What comes is neither a PNG nor a JPEG picture."),
    _("Save the picture as PNG or JPEG; another ending of its name is not enough."),
)
TOO_MANY_PIXELS = Text(
    "image_resolution",
    "error",
    _("The picture has %(width)s x %(height)s pixels, more than 2K."),
    _("Scale it down to at most 2560 x 1440 pixels, or as many in another shape."),
)
NO_PIXELS = Text("image_resolution", "error", _("The picture says that it has no pixels."), _("Save the picture anew."))
