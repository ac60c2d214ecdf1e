"""While debugging, who asks for their own voice hears the recording itself where no clone can speak."""

import base64
import io
import logging
from typing import Any

import av
import numpy as np
import pytest

from accounts.models import User
from conftest import App
from perform.tests.stage import charged, give_voice, press
from pool.tests.factories import give_sample
from voices.models import Voice
from voices.tests.sounds import file_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_clone_can_speak(settings: Any) -> None:
    settings.CREATE_ON_PERFORM = False
    settings.ALLOW_SAMPLE_FALLBACK = True


def course(sound: bytes) -> np.ndarray:
    """Of the loudness in the first three seconds, by hundredths."""
    resampler = av.AudioResampler("flt", "mono", 8_000)
    with av.open(io.BytesIO(sound)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])[: 3 * 8_000]
    return np.sqrt(np.square(samples.reshape(-1, 80)).mean(axis=1))


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Their correlation; an encoder begins up to a tenth of a second late."""
    return max(np.corrcoef(one[late:], other[: len(other) - late])[0, 1] for late in range(11))


def test_the_recording_is_played_and_named_as_what_it_is(
    as_alice: App, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    long = file_of("flac", name="en_m_librivox", seconds=12.0)
    give_sample(Voice.objects.create(user=alice, revision=1), long)
    with caplog.at_level(logging.WARNING):
        answer = press(as_alice, voice="own").json()
    assert answer["voiceSource"] == "user_sample"
    assert alike(course(base64.b64decode(answer["audio_base64"])), course(long)) > 0.9
    assert "sample_fallback" in [record.message for record in caplog.records]
    assert charged(alice) > 0


def test_who_takes_any_voice_hears_the_generic_one(as_alice: App, alice: User) -> None:
    give_voice(alice)
    assert press(as_alice, voice="any").json()["voiceSource"] == "tts"


def test_without_a_recording_there_is_nothing_to_play(as_alice: App) -> None:
    assert press(as_alice, voice="own").status_code == 409


def test_it_is_off_unless_somebody_turns_it_on(as_alice: App, alice: User, settings: Any) -> None:
    settings.ALLOW_SAMPLE_FALLBACK = False
    give_voice(alice)
    assert press(as_alice, voice="own").status_code == 503
