"""HTTP as this server reads it: what could be read in two ways is refused."""

from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented

LARGEST_HEAD = 32 * 1024  # bytes; a browser's cookies fit
MOST_HEADERS = 100


class StrictParser(HTTPRequestParser):  # type: ignore[misc]  # untyped library
    """waitress follows RFC 9112; a proxy in front of it may not, and then the two disagree where a request ends."""

    def parse_header(self, header_plus: Any) -> None:
        """Read the head of a request.

        Raises:
            ParsingError: It has both lengths, or a coding that nobody here reads: the sender's fault, so 400 and not
                the library's 501.
        """
        try:
            super().parse_header(header_plus)
        except TransferEncodingNotImplemented as error:
            raise ParsingError(str(error)) from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Transfer-Encoding and Content-Length in one request")
        if header_plus.count(b"\n") > MOST_HEADERS:
            raise ParsingError("Too many headers")


def read_strictly() -> None:
    """Have waitress use it."""
    HTTPChannel.parser_class = StrictParser
