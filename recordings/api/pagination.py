"""Pages that cost the same with a million recordings as with a thousand: keyset, no counts."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    ordering = "-id"  # UUIDv7: the order of creation
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
