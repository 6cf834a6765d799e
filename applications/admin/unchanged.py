"""Two people at once: who saves last is told that the other one saved, instead of undoing it unseen or failing."""

import json
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models import Model
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UnchangedForm(forms.ModelForm):  # type: ignore[type-arg]  # for any model
    """A form that refuses to be stored when its row was changed after the page was opened.

    The page carries a digest of what the row was. It is keyed, so that nobody can try secrets against it.
    """

    seen = forms.CharField(label="", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before the posted values are put into the instance.
        self._now = self._digest() if self.instance.pk else ""
        self.initial["seen"] = self._now

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen = cleaned.get("seen")  # a page that the release before made has none
        if seen and self._now and seen != self._now:
            self.add_error("seen", ValidationError(self._tell(), code="changed"))
        return cleaned

    def told_values(self) -> dict[str, Any]:
        """Return what the page shows of the row, by name."""
        names = [field.name for field in self._meta.model._meta.concrete_fields if field.name in self.fields]
        return {name: getattr(self.instance, name) for name in names}

    @property
    def page_of(self) -> Model:
        """Whose page the form is on."""
        row: Model = self.instance
        return row

    def _digest(self) -> str:
        row = self.instance
        told = json.dumps([row._meta.label, str(row.pk), self.told_values()], sort_keys=True, default=str)
        return salted_hmac("applications.admin.unchanged", told, algorithm="sha256").hexdigest()

    def _tell(self) -> Any:
        page = self.page_of
        last = (
            LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(page), object_id=str(page.pk))
            .select_related("user")
            .order_by("-action_time")
            .first()
        )
        if last is None:
            return _("“%(row)s” was changed since you opened this page. Nothing is stored: open it anew.") % {
                "row": self.instance
            }
        return _(
            "“%(row)s” was changed since you opened this page. Nothing is stored: open it anew. Last saved here by "
            "%(who)s, %(when)s."
        ) % {"row": self.instance, "who": last.user, "when": f"{last.action_time:%Y-%m-%d %H:%M:%S} UTC"}


class SavesInTurn(BaseModelAdmin):  # type: ignore[type-arg]  # generic in its stubs alone
    """Locks the row of a page that is being saved, so that of two at once the second sees what the first stored.

    A page of a new row has nothing to lock. Of two that take one name, the second is checked again.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        parent: Any = super()
        try:
            return parent.changeform_view(request, *args, **kwargs)
        except (IntegrityError, ValidationError):
            if request.method != "POST":
                raise
        # Stored by somebody else after the form had looked; now it sees that, and says so at the field.
        return parent.changeform_view(request, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        parent: Any = super()
        found = parent.get_object(request, object_id, from_field)
        if found is None or request.method != "POST" or not connection.in_atomic_block:
            return found
        list(self.model._base_manager.select_for_update().filter(pk=found.pk).values_list("pk"))
        return parent.get_object(request, object_id, from_field)
