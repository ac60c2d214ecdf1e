from typing import Any

from rest_framework.renderers import BaseRenderer


class Mp3(BaseRenderer):
    """Lets a caller ask for `Accept: audio/mpeg`; the view streams the sound itself."""

    media_type = "audio/mpeg"
    format = "mp3"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_: Any, **__: Any) -> Any:
        return data


class Zip(Mp3):
    media_type = "application/zip"
    format = "zip"
