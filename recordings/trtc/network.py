"""What a failed transmission means to a caller."""

import requests
from urllib3.exceptions import ReadTimeoutError

from recordings.trtc.errors import GatewayError, Rejected, Unavailable
from recordings.trtc.transport import AnswerTooLarge, is_sendable, was_sent
from recordings.trtc.vendor_codes import Action, unclear

LONGEST_MESSAGE = 500


def network_failure(action: Action, cause: BaseException) -> GatewayError:
    """Return the error that *cause*, raised while calling, becomes."""
    message = f"{type(cause).__name__}: {cause}"[:LONGEST_MESSAGE]
    if not is_sendable(cause):
        return Rejected(code="AddressInvalid", message=message, fault="operator")
    if not was_sent(cause):
        return Unavailable(code="ConnectionFailed", message=message, fault="network")
    if isinstance(cause, AnswerTooLarge):
        return unclear(action)(code="AnswerTooLarge", message=message, fault="vendor")
    if isinstance(cause, requests.TooManyRedirects):
        return unclear(action)(code="UnexpectedStatus", message=message, fault="vendor")
    code = "Timeout" if isinstance(cause, requests.Timeout | ReadTimeoutError) else "ConnectionLost"
    return unclear(action)(code=code, message=message, fault="network")
