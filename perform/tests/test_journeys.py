"""From an activation code to the first performance, over HTTP, through all four apps."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.activation import issue
from conftest import PASSWORD, App
from perform.tests.stage import seconds_of
from pool import jobs
from voices.models import Voice


@pytest.fixture
def newcomer(as_stranger: App) -> App:
    """Registered with a code a moment ago."""
    [code] = issue(1, now=timezone.now())
    account = {
        "username": "carol",
        "email": "carol@example.org",
        "password": PASSWORD,
        "activationCode": code,
    }
    answer = as_stranger.post_json("/auth/register", account)
    assert answer.status_code == 201, answer.content
    as_stranger.defaults["HTTP_AUTHORIZATION"] = f"Bearer {answer.json()['access']}"
    return as_stranger


def send_recording(app: App, recording: bytes) -> dict:
    upload = SimpleUploadedFile("voice.flac", recording)
    answer = app.post("/user/voice", {"audio": upload, "consent": "true"})
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_hears_their_value_in_their_own_voice(newcomer: App, recording: bytes) -> None:
    assert send_recording(newcomer, recording)["voice"]["building"]
    jobs.build(str(Voice.objects.get().pk))
    assert newcomer.get("/user/voice").json()["state"] == "pooled"

    wish = {"routine_type": "cards", "value": "Queen of Hearts", "voice": "own"}
    answer = newcomer.post_json("/perform", wish, accept="audio/mpeg")

    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "audio/mpeg"
    assert answer["X-Voice-Source"] == "pooled"
    assert 1 < seconds_of(b"".join(answer.streaming_content)) < 30
    performance = newcomer.get(f"/performances/{answer['X-Performance-ID']}").json()
    assert performance["text"].count("Queen of Hearts") == 1
    assert newcomer.get("/user/me").json()["charCount"] == len(performance["text"])


def test_without_a_recording_the_generic_voice_speaks_and_says_so(newcomer: App) -> None:
    wish = {"routine_type": "numbers", "value": "37", "settings_override": {"language": "spanish"}}
    answer = newcomer.post_json("/perform", wish)
    assert answer.status_code == 200, answer.content
    assert answer.json()["voiceSource"] == "tts"
    assert answer.json()["text_source"] == "template"


def test_who_asks_for_their_own_voice_never_gets_another(newcomer: App) -> None:
    wish = {"routine_type": "numbers", "value": "37", "voice": "own"}
    answer = newcomer.post_json("/perform", wish, accept="audio/mpeg")
    assert answer.status_code == 409
    assert answer.json()["code"] == "voice_required"
    assert newcomer.get("/user/me").json()["charCount"] == 0


def test_an_unknown_routine_is_answered_with_those_that_there_are(newcomer: App) -> None:
    answer = newcomer.post_json("/perform", {"routine_type": "horoscopes", "value": "Leo"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["routines"] == [
        *("cards", "numbers", "star-signs", "phobias", "years", "names", "movies", "custom"),
    ]
