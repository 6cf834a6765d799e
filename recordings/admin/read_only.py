"""What history shares: nobody adds, changes or deletes it, and no page of it counts a large table."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

MOST_COUNTED = 5_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # generic in its stubs alone
    """Pages that count at most MOST_COUNTED rows; who needs one further back filters."""

    template_name = "admin/pagination_capped.html"

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        number: int = rows.order_by()[: MOST_COUNTED + 1].count()
        return min(number, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        """True when there may be more than was counted."""
        return self.count == MOST_COUNTED


class UncountedList(ChangeList):  # type: ignore[misc]  # untyped library
    """Says how many results there are only beside a filter or a search, where it means something."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.has_active_filters and not self.query:
            self.full_result_count = self.result_count


class HistoryAdmin(ModelAdmin):  # type: ignore[misc]  # untyped library
    """A read-only admin of a table that may be huge."""

    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    paginator = CappedPaginator
    list_filter_sheet = False
    list_fullwidth = True

    class Media:
        css = {"all": ["admin/control_plane.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[UncountedList]:
        return UncountedList

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        title = {"title": self.opts.verbose_name, "subtitle": None, "is_fullwidth": _("yes")}
        return super().changeform_view(request, object_id, form_url, title | (extra_context or {}))
