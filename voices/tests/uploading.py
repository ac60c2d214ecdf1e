"""What a phone does with a recording: send it, as a form or as JSON."""

import base64
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from conftest import App
from voices.tests.sounds import file_of

SECONDS = 8.0


def recording(name: str = "en_f_allison_1", form: str = "flac") -> bytes:
    """Eight seconds of somebody, enough for the limits of the fixture `short_samples`."""
    return file_of(form, name=name, seconds=SECONDS)


def send(app: App, *files: bytes, path: str = "/user/voice", key: str | None = None, **fields: str) -> Any:
    form = {"consent": "true", **fields, "audio": [SimpleUploadedFile("voice", data) for data in files]}
    return app.post(path, form, headers={"Idempotency-Key": key} if key else {})


def send_base64(app: App, data: bytes, *, prefix: str = "", **fields: Any) -> Any:
    coded = prefix + base64.b64encode(data).decode()
    body = {"audio_base64": coded, "mime_type": "audio/mp4", "duration_seconds": 8.0, "consent": True}
    return app.post_json("/user/voice", {**body, **fields})
