"""The versions of a template as its page lists them."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from layouts.admin.pictures import make_thumbnail
from layouts.models import LayoutTemplate, LayoutTemplateVersion

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """A version with its picture and its JSON; a template escapes the JSON."""

    version: LayoutTemplateVersion
    thumbnail: SafeString | str
    text: str


def tell_versions(template: LayoutTemplate) -> dict[str, Any]:
    """Return the newest versions and how many older ones are not shown."""
    versions = template.versions.all()
    shown = [
        Shown(
            version=version,
            thumbnail=make_thumbnail(version.mix_layout_params),
            text=json.dumps(version.mix_layout_params, indent=2, ensure_ascii=False),
        )
        for version in versions[:MOST_SHOWN]
    ]
    return {"versions": shown, "older": max(0, versions.count() - len(shown))}
