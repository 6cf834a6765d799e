"""What can go wrong with a call to the vendor, named by what the caller can do about it."""

from typing import ClassVar, Literal

Fault = Literal["caller", "operator", "vendor", "network"]


class GatewayError(Exception):
    """A call to the vendor did not succeed.

    Args:
        code: The vendor's code, or one of ours where the vendor said nothing ("Timeout").
        message: The vendor's words, without secrets.
        request_id: The vendor's name for the call; empty when it gave none.
        fault: Whose doing it is.
    """

    may_have_acted: ClassVar[bool] = False

    def __init__(self, *, code: str, message: str = "", request_id: str = "", fault: Fault = "vendor") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.request_id = request_id
        self.fault: Fault = fault


class OutcomeUnknown(GatewayError):
    """The call may or may not have acted: find out before anything is concluded."""

    may_have_acted = True


class Unavailable(GatewayError):
    """The call did not act: try again later."""


class Throttled(Unavailable):
    """Too many calls: slow down, then try again."""


class QuotaReached(Unavailable):
    """Too many live tasks: try again when one has ended."""


class Rejected(GatewayError):
    """The vendor refuses, and will refuse the same call again."""


class CredentialsRejected(Rejected):
    """The account's keys or permissions do not allow the call: an operator has to act."""


class ClockRejected(CredentialsRejected):
    """This machine's clock is more than five minutes wrong."""


class TaskGone(Rejected):
    """The vendor does not know the task, or no longer."""


class TaskExists(Rejected):
    """A task of this robot is already running, under an id that this answer does not tell."""
