"""Pages that cost the same with a million recordings as with a thousand: keyset, no counts."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    ordering = "-id"  # UUIDv7: the order of creation
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Return how many are asked for: more than the most is the most.

        Raises:
            ValidationError: That is no number of recordings.
        """
        told = request.query_params.get(self.page_size_query_param)
        if told is not None and not (told.isascii() and told.isdigit() and int(told[:9]) > 0):
            raise ValidationError(
                {self.page_size_query_param: _("Must be a number from 1 to %(most)d.") % {"most": self.max_page_size}}
            )
        return super().get_page_size(request) or self.page_size

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where the page begins; a cursor that we never gave is none."""
        cursor: Any = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor  # type: ignore[no-any-return]
        try:
            UUID(cursor.position)
        except ValueError as error:
            raise NotFound(self.invalid_cursor_message) from error
        return cursor  # type: ignore[no-any-return]
