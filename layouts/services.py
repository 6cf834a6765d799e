"""Make, change and find layout templates."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from layouts.models import LayoutTemplate, LayoutTemplateVersion

# A name, and the version behind an @; without one, the newest.
_REFERENCE = re.compile(r"(?P<name>[A-Za-z0-9_-]{1,50})(?:@(?P<number>[1-9][0-9]{0,8}))?", re.ASCII)


def create_layout_template(
    *,
    application: Application | None,
    name: str,
    layout: Mapping[str, Any],
    description: str = "",
    by: str = "",
) -> LayoutTemplate:
    """Create a template with its first version.

    Args:
        application: Whose it is; None for one that all share.
        layout: Checked `mix_layout_params`.

    Raises:
        ValidationError: The name is taken or no name; nothing is stored.
    """
    template = LayoutTemplate(application=application, name=name, description=description)
    template.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            template.save()
            template.versions.create(number=1, mix_layout_params=dict(layout), created_by=by)
    except IntegrityError as error:
        taken = ValidationError(_("There is a layout template of this name already."), code="unique")
        raise ValidationError({"name": taken}) from error
    return template


@transaction.atomic
def change_layout_template(
    *, template_id: int, layout: Mapping[str, Any] | None = None, description: str | None = None, by: str = ""
) -> LayoutTemplate:
    """Change a template; another layout makes another version, the same one none."""
    template = LayoutTemplate.objects.select_for_update().get(pk=template_id)
    if description is not None:
        template.description = description
        template.full_clean()
        template.save(update_fields=["description"])
    newest = template.current
    if layout is not None and dict(layout) != newest.mix_layout_params:
        template.versions.create(number=newest.number + 1, mix_layout_params=dict(layout), created_by=by)
    return template


def lay_over(version: LayoutTemplateVersion, given: Any) -> dict[str, Any]:
    """Return a template's layout with the fields of *given*, a request's `mix_layout_params`, in place of its own."""
    both = {**version.mix_layout_params, **(given if isinstance(given, Mapping) else {})}
    return {name: value for name, value in both.items() if value is not None}


def find_layout(reference: str, *, application: Application) -> LayoutTemplateVersion | None:
    """Return the version that `lesson` or `lesson@3` stands for; None when there is none.

    An application's own template hides a shared one of the same name, with all its versions.
    """
    read = _REFERENCE.fullmatch(reference)
    if read is None:
        return None
    visible = LayoutTemplate.objects.filter(name=read["name"])
    template = (
        visible.filter(application=application).first() or visible.filter(application__isnull=True).first()
    )  # fmt: skip
    if template is None:
        return None
    versions = template.versions.select_related("template")
    return versions.filter(number=int(read["number"])).first() if read["number"] else versions.first()
