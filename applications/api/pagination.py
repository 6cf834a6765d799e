"""Pages of what has names: keyset, in their order."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class ByName(CursorPagination):
    ordering = "name"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where the page begins; a cursor that we never gave is none."""
        cursor: Any = super().decode_cursor(request)
        if cursor is not None and "\0" in (cursor.position or ""):
            raise NotFound(self.invalid_cursor_message)
        return cursor  # type: ignore[no-any-return]
