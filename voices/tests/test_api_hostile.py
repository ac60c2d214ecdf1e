"""What must never be answered with 5xx."""

import io
import zipfile

import pytest
from django.test import Client

from conftest import App
from voices.models import Sample, Voice
from voices.tests.hostile import amr_of_nothing, flac_of_silence, mp3_at_8_kbits, opus_of_nothing, wav
from voices.tests.uploading import recording, send, send_base64

pytestmark = pytest.mark.django_db


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("voice.wav", bytes(1_000_000))
    return file.getvalue()


FILES = {
    "empty": lambda: b"",
    "one byte": lambda: b"\0",
    "playlist": lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
    "concat script": lambda: b"ffconcat version 1.0\nfile 'secret.wav'\n",
    "zip": zipped,
    "png": lambda: b"\x89PNG\r\n\x1a\n" + bytes(5000),
    "text": lambda: b"Hello, I am a recording. " * 100,
    "truncated m4a": lambda: recording(form="m4a")[:-20_000],
    "truncated flac": lambda: recording()[:3000],
    "opus of hours": lambda: opus_of_nothing(1500),
    "silence of hours": lambda: flac_of_silence(70),
    "mp3 of hours": lambda: mp3_at_8_kbits(70),
    "amr of nothing": lambda: amr_of_nothing(100_000),
    "wav of zeros": lambda: wav(bytes(1_500_000)),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_recording_is_refused_with_reasons(name: str, as_alice: App) -> None:
    for answer in (send(as_alice, FILES[name]()), send_base64(as_alice, FILES[name]())):
        assert answer.status_code == 422, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "sample_rejected"
        assert answer.json()["reasons"][0]["severity"] == "reject"
    assert not Voice.objects.exists()
    assert not Sample.objects.exclude(audio="").exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"audio"',
        b"[" * 100_000,
        b'{"audio_base64": "\\ud800", "consent": true}',
        b'{"audio_base64": "%%%%", "consent": true}',
        b'{"audio_base64": "A", "consent": true}',
        b'{"audio_base64": ["QUJD"], "consent": true}',
        b'{"audio_base64": null, "consent": true}',
        b'{"audio": "QUJD", "consent": true}',
        b'{"audio_base64": "QUJD", "consent": "\\ud800"}',
        b'{"audio_base64": "QUJD", "duration_seconds": NaN, "consent": true}',
        b'{"consent": true}',
        b"\xff\xfe",
    ],
)
def test_json_that_makes_no_sense_is_a_bad_request(body: bytes, as_alice: App) -> None:
    answer = as_alice.post("/user/voice", body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def field(name: str) -> bytes:
    return b"--x\r\nContent-Disposition: form-data; name=%s\r\n\r\ntext\r\n" % name.encode()


FORMS = {
    "cut off": b"--x\r\n",
    "garbage": b"garbage",
    "text for a file": field("audio") + b"--x--\r\n",
    "many fields": b"".join(field(f"f{n}") for n in range(1500)) + b"--x--\r\n",
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/form-data"])
def test_a_form_that_makes_no_sense_is_a_bad_request(name: str, content_type: str, as_alice: App) -> None:
    answer = as_alice.post("/user/voice", FORMS[name], content_type=content_type)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_files_and_base64_together_are_refused(as_alice: App) -> None:
    answer = send(as_alice, b"abc", audio_base64="QUJD")
    assert answer.json()["errors"] == {"audio": ["Send files as audio, or one as audio_base64."]}


def test_a_sound_as_the_body_itself_is_not_understood(as_alice: App) -> None:
    assert as_alice.post("/user/voice", recording(), content_type="audio/flac").status_code == 415


def test_a_stranger_is_refused_before_anything_is_read(as_stranger: Client) -> None:
    assert send(as_stranger, b"abc").status_code == 401
