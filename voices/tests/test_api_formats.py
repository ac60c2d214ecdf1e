"""Real recordings in what phones and browsers send, through HTTP."""

import pytest

from conftest import App
from voices.tests.uploading import recording, send, send_base64

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]

FORMATS = {
    "m4a": "aac",
    "mp3": "mp3float",
    "wav": "pcm_s16le",
    "ogg opus": "libopus",
    "webm of a browser": "libopus",
    "flac": "flac",
    "amr": "amrnb",
    "3gp of a phone call": "amrnb",
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_in_a_form_is_accepted(form: str, as_alice: App) -> None:
    answer = send(as_alice, recording(form=form))
    assert answer.status_code == 201, answer.content
    assert answer.json()["sample"]["measurements"]["codec"].removeprefix("libopencore_") in {
        FORMATS[form],
        FORMATS[form].removeprefix("lib"),
    }


@pytest.mark.parametrize("form", FORMATS)
def test_base64_in_json_is_accepted_whatever_type_is_declared(form: str, as_alice: App) -> None:
    answer = send_base64(as_alice, recording(form=form), mime_type="text/plain")
    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    "prefix",
    ["data:audio/mp4;base64,", "data:audio/webm;codecs=opus;base64,", "data:;base64,", "\n"],
)
def test_a_data_url_is_accepted(prefix: str, as_alice: App) -> None:
    assert send_base64(as_alice, recording(form="m4a"), prefix=prefix).status_code == 201
