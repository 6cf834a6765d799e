"""Acts of an operator that ask first: GET shows the question, POST does it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin


class AsksFirst(ModelAdmin):  # type: ignore[misc]  # untyped library
    """What pages with such acts share."""

    def name_item(self, item: Any) -> str:
        """Return how the question names what it is about."""
        return str(item)

    def act_on_one(
        self,
        request: HttpRequest,
        object_id: str,
        act: Callable[[HttpRequest, Any], None],
        *,
        question: str,
        submit: str,
    ) -> HttpResponse:
        """Ask, or do it and go back to the page of what it was done to."""
        item = self.get_object(request, object_id)
        if item is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return missing
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[item.pk])
        if request.method != "POST":
            return self.ask(request, question=question, submit=submit, items=[item], back=page)
        act(request, item)
        return HttpResponseRedirect(page)

    def ask(
        self,
        request: HttpRequest,
        *,
        question: str,
        submit: str,
        items: Sequence[Any],
        back: str,
        action: str = "",
    ) -> HttpResponse:
        """Return the page with the question.

        Args:
            action: The list's action that the answer goes to; empty for an act on one.
        """
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": submit,
            "opts": self.opts,
            "question": question,
            "button": submit,
            "items": [self.name_item(item) for item in items],
            "selected": [item.pk for item in items] if action else [],
            "action": action,
            "back": back,
        }
        return TemplateResponse(request, "admin/confirm.html", context)
