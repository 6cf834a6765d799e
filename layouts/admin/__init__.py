"""Layout templates, with the picture beside the fields."""

from layouts.admin.layout_template import LayoutTemplateAdmin

__all__ = ["LayoutTemplateAdmin"]
