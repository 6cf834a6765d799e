"""Layout templates: named layouts, of one application or shared by all, in versions that never change."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models import Application


class LayoutTemplate(models.Model):
    """A layout by name. An application's own hides a shared one of the same name."""

    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="layout_templates",
        verbose_name=_("application"),
        help_text=_("Empty: shared by all."),
    )
    name = models.SlugField(_("name"), help_text=_("What a start or a change names, e.g. lesson."))
    description = models.CharField(_("description"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("layout template")
        verbose_name_plural = _("layout templates")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "name"],
                name="layout_template_name_unique",
                nulls_distinct=False,
                violation_error_message=_("There is a layout template of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> LayoutTemplateVersion:
        """The newest version: what the bare name stands for."""
        return self.versions.latest("number")


class LayoutTemplateVersion(models.Model):
    """One state of a template. A change makes another."""

    template = models.ForeignKey(LayoutTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    mix_layout_params = models.JSONField(_("layout"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.CharField(_("by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="layout_template_version_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.template.name}@{self.number}"
