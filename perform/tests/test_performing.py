"""What a performance carries: the answer's fields, the caller's manner, the sound under it, the texts alone."""

import io
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from accounts.models import User
from conftest import App
from perform import backgrounds, concurrently
from perform.backgrounds_admin import BackgroundForm
from perform.mixing import BED_LEVEL
from perform.models import Background, Performance
from perform.tests.stage import charged, press, seconds_of
from thoughtvoice.double import Double
from thoughtvoice.double.state import Settings


def test_the_answer_has_every_field(with_gemini: Double, as_alice: App, alice: User) -> None:
    told = press(as_alice).json()
    length = len(told["text"])
    assert told | {"audio_base64": "", "performance_id": "", "filename": "", "seconds": 0, "text": ""} == {
        "performance_id": "",
        "routine_type": "cards",
        "text": "",
        "text_source": "gemini",
        "voiceSource": "tts",
        "charCount": length,
        "monthlyLimit": 4000,
        "charsUsedRaw": length,
        "charsUsedEffective": length / 2,
        "seconds": 0,
        "mime_type": "audio/mpeg",
        "filename": "",
        "audio_base64": "",
    }


def test_who_has_used_up_the_month_waits_for_no_writer(
    with_gemini: Double, as_alice: App, settings: Any
) -> None:
    """The writer begins while it is seen to, for every other performance is the sooner heard for it."""
    with_gemini.reset(Settings(writing_total=2.0))
    settings.CHAR_LIMIT = settings.CHAR_HARD_LIMIT = 10
    began = time.monotonic()
    refused = press(as_alice)
    assert time.monotonic() - began < 2.0
    concurrently.finish()
    assert {call.operation for call in with_gemini.workspace.calls} == {"write"}
    assert (refused.status_code, refused.json()["code"]) == (402, "quota_exceeded")
    assert not Performance.objects.exists()


def spoken(double: Double) -> dict[str, Any]:
    body: dict[str, Any] = next(c for c in reversed(double.workspace.calls) if c.operation == "speak").json()
    return body


def test_the_callers_settings_reach_the_provider_and_an_override_is_for_once(
    with_gemini: Double, as_alice: App
) -> None:
    as_alice.patch_json("/user/settings", {"stability": 0.2, "style": 0.4})
    press(as_alice, settings_override={"stability": 0.9, "language": "spanish"})
    assert spoken(with_gemini)["voice_settings"]["stability"] == 0.9
    assert spoken(with_gemini)["voice_settings"]["style"] == 0.4
    assert spoken(with_gemini)["language_code"] == "es"
    press(as_alice)
    assert spoken(with_gemini)["voice_settings"]["stability"] == 0.2
    assert spoken(with_gemini)["language_code"] == "en"
    wrong = press(as_alice, settings_override={"stability": 7})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["stability"])


def test_the_spoken_form_is_sent_and_the_written_one_shown_and_charged(
    with_gemini: Double, as_alice: App, alice: User
) -> None:
    told = press(as_alice, value="Q♥").json()
    assert told["text"].count("Q♥") == 1
    assert "Queen of Hearts" in spoken(with_gemini)["text"]
    assert charged(alice) == len(told["text"])


def test_a_background_lies_under_the_speech_where_it_is_wanted(with_gemini: Double, as_alice: App) -> None:
    plain = press(as_alice).json()
    rain = press(as_alice, settings_override={"background": "rain", "background_volume": 0.8}).json()
    default = press(as_alice, settings_override={"add_background_sound": True}).json()
    assert rain["seconds"] == plain["seconds"]
    assert len({told["audio_base64"] for told in (plain, rain, default)}) == 3
    unknown = press(as_alice, settings_override={"background": "sea"}).json()
    assert (unknown["code"], unknown["backgrounds"]) == ("unknown_background", ["fan", "rain", "room"])


def recording(seconds: float) -> bytes:
    noise = np.random.default_rng(1).normal(0, 2000, int(seconds * 22_050)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, 22_050, 0, "NONE", ""))
        written.writeframes(noise.tobytes())
    return file.getvalue()


def test_staff_upload_a_sound_and_it_becomes_a_loop(db: None) -> None:
    fields = {"key": "sea", "name_en": "Sea", "name_es": "Mar", "position": 9, "enabled": True}
    upload = SimpleUploadedFile("sea.wav", recording(8))
    form = BackgroundForm(fields, {"upload": upload})
    assert form.is_valid(), form.errors
    form.save()
    loop = backgrounds.bed(Background.objects.get(key="sea")) / 32768
    assert len(loop) / 24_000 == pytest.approx(7, abs=0.1)
    assert 20 * np.log10(np.sqrt(np.mean(loop**2))) == pytest.approx(BED_LEVEL, abs=0.5)


@pytest.mark.parametrize("upload", [b"no sound at all", recording(1), b""])
def test_a_sound_that_cannot_be_used_is_said_beside_its_field(db: None, upload: bytes) -> None:
    fields = {"key": "sea", "name_en": "Sea", "name_es": "Mar", "position": 9, "enabled": True}
    form = BackgroundForm(fields, {"upload": SimpleUploadedFile("sea.wav", upload)})
    assert list(form.errors) == ["upload"]


def test_a_form_that_is_refused_leaves_the_sound_as_it_was(db: None) -> None:
    fields = {"key": "sea", "name_en": "Sea", "name_es": "Mar", "position": 9, "enabled": True}
    sea = BackgroundForm(fields, {"upload": SimpleUploadedFile("sea.wav", recording(8))}).save()
    before = backgrounds.wav(backgrounds.bed(sea))
    again = {"upload": SimpleUploadedFile("sea.wav", recording(9))}
    assert not BackgroundForm({**fields, "key": "rain"}, again, instance=sea).is_valid()
    with sea.sound.open("rb") as kept:
        assert kept.read() == before


def test_a_thought_alone_is_free(with_gemini: Double, as_alice: App, alice: User) -> None:
    answer = as_alice.post_json("/generate-thought", {"routine_type": "numbers", "value": "37"})
    assert answer.status_code == 200
    assert answer.json()["text"].count("37") == 1
    assert (charged(alice), Performance.objects.count()) == (0, 0)


def test_a_text_of_ones_own_is_spoken_and_charged(with_gemini: Double, as_alice: App, alice: User) -> None:
    text = "Good evening, and welcome to a night that nobody here will forget."
    told = press(as_alice, path="/generate-audio", text=text).json()
    assert (told["text"], told["text_source"], told["charCount"]) == (text, "caller", len(text))
    assert press(as_alice, path="/generate-audio", text="x" * 1000).status_code == 400
    assert charged(alice) == len(text)


def test_the_notice_is_spoken_and_neither_shown_nor_charged(
    with_gemini: Double, as_alice: App, alice: User, settings: Any
) -> None:
    settings.AUDIBLE_NOTICE = True
    told = press(as_alice).json()
    assert spoken(with_gemini)["text"].startswith("This voice was made by a computer.")
    assert "computer" not in told["text"]
    assert charged(alice) == len(told["text"])


def test_from_the_shell(alice: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "queen.mp3"
    call_command("perform", "Alice", "cards", "Queen of Hearts", "-o", str(file))
    assert seconds_of(file.read_bytes()) > 2
    assert "Queen of Hearts" in capsys.readouterr().out
    assert charged(alice) > 0
    with pytest.raises(CommandError, match="no user"):
        call_command("perform", "nobody", "cards", "Queen of Hearts", "-o", str(file))
    with pytest.raises(CommandError, match="Choose one of"):
        call_command("perform", "alice", "tea", "leaves", "-o", str(file))


def test_too_many_presses_are_slowed_down(as_alice: App, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "generate": "1/m"}
    wish = {"routine_type": "numbers", "value": "37"}
    answers = [as_alice.post_json("/generate-thought", wish) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1]["Retry-After"]
