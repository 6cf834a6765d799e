"""Secrets in forms are write-only: they go in, and what is stored never comes out."""

from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from applications.admin.unchanged import UnchangedForm
from applications.encryption import SecretField
from applications.models import Application

SET = _("set — leave empty to keep")
NOT_SET = _("not set")


def secret_names(model: type[Model]) -> list[str]:
    """Return the names of the columns of *model* that are encrypted at rest."""
    return [field.name for field in model._meta.fields if isinstance(field, SecretField)]


class WriteOnlySecretsForm(UnchangedForm):
    """A form whose secrets are never rendered; an empty one keeps what is stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) or "" for name in self._secrets()}
        for name, value in self.stored.items():
            field = self.fields[name]
            field.widget = UnfoldAdminPasswordWidget(
                attrs={"placeholder": SET if value else NOT_SET, "autocomplete": "new-password"}
            )
            self.initial[name] = ""  # so that an empty answer counts as unchanged

    def _secrets(self) -> list[str]:
        return [name for name in secret_names(type(self.instance)) if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, value in self.stored.items():
            if name in self.fields and not cleaned.get(name):
                cleaned[name] = value
        return cleaned


class OnApplicationsPage(WriteOnlySecretsForm):
    """The form of a row that stands on its application's page."""

    @property
    def page_of(self) -> Application:
        application: Application = self.instance.application
        return application


class HidesSecrets(BaseModelAdmin):  # type: ignore[type-arg]  # generic in its stubs alone
    """Leaves secrets out of the page of a person who may look and not change: Django would print them there."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields: list[Any] = list(super().get_fields(request, obj))
        permissions: Any = self  # an inline asks with the parent, a page without
        may_add = permissions.has_add_permission(request, *([obj] if hasattr(self, "parent_model") else []))
        if self.has_change_permission(request, obj) or (obj is None and may_add):
            return fields
        hidden = {*secret_names(self.model), *self.form.declared_fields}
        rows = [[name for name in _row(row) if name not in hidden] for row in fields]
        return [tuple(row) for row in rows if row]


def _row(row: Any) -> list[str]:
    """Return the names on one line of a form; one name stands alone, several in a sequence."""
    return [row] if isinstance(row, str) else list(row)
