"""Pictures as answers, by `Accept`."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer


class _PictureRenderer(BaseRenderer):
    """Sends a picture as it is; an error, which is a dict, as JSON."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the bytes of the answer."""
        if isinstance(data, str | bytes):
            return data
        if renderer_context is not None:
            renderer_context["response"]["Content-Type"] = "application/json"
        return json.dumps(data, default=str).encode()


class SvgRenderer(_PictureRenderer):
    media_type = "image/svg+xml"
    format = "svg"


class PngRenderer(_PictureRenderer):
    media_type = "image/png"
    format = "png"
    charset = None
    render_style = "binary"
