from typing import Any

from rest_framework.renderers import BaseRenderer


class Flac(BaseRenderer):
    """Lets a caller ask for `Accept: audio/flac`; the view answers with the sound itself."""

    media_type = "audio/flac"
    format = "flac"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_: Any, **__: Any) -> Any:
        return data
