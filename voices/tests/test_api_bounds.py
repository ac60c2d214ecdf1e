import base64

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler

from conftest import App
from voices.models import Sample
from voices.tests.uploading import recording, send, send_base64

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]


def is_too_large(answer) -> bool:
    return (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_file_over_the_bound_is_refused(as_alice: App, settings) -> None:
    settings.MAX_VOICE_BYTES = 100_000
    assert is_too_large(send(as_alice, bytes(100_001)))
    assert not Sample.objects.exists()


def test_reading_stops_at_the_first_byte_too_many(as_alice: App, settings, monkeypatch) -> None:
    settings.MAX_VOICE_BYTES = 200_000
    seen = []
    keep = MemoryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        MemoryFileUploadHandler,
        "receive_data_chunk",
        lambda self, data, start: seen.append(len(data)) or keep(self, data, start),
    )
    assert is_too_large(send(as_alice, bytes(900_000)))
    assert sum(seen) <= 200_000


def test_base64_over_the_bound_is_refused(as_alice: App, settings) -> None:
    settings.MAX_VOICE_BYTES = 100_000
    assert is_too_large(send_base64(as_alice, bytes(100_001)))
    assert is_too_large(send_base64(as_alice, bytes(1_000_000)))


def test_base64_with_line_breaks_and_url_letters_of_the_greatest_file_is_read(
    as_alice: App, settings
) -> None:
    data = recording(form="m4a")
    settings.MAX_VOICE_BYTES = len(data)
    coded = base64.urlsafe_b64encode(data).decode().rstrip("=")
    lines = "\r\n".join(coded[at : at + 76] for at in range(0, len(coded), 76))
    answer = as_alice.post_json("/user/voice", {"audio_base64": lines, "consent": True})
    assert answer.status_code == 201, answer.content


def test_more_files_than_agreed_are_refused(as_alice: App) -> None:
    answer = send(as_alice, *[b"abc"] * 6)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_files")


def test_uploads_are_rare_and_looking_is_not(as_alice: App, settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "upload": "2/h"}
    statuses = [send(as_alice, b"abc").status_code for _ in range(3)]
    assert statuses == [422, 422, 429]
    assert {as_alice.get("/user/voice").status_code for _ in range(5)} == {200}
