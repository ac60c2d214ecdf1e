import numpy as np
import pytest
import soxr

from voices.speech import probabilities, spans
from voices.tests.sounds import NAMES, music, noise, spoken, tone


def share_of_speech(samples):
    return (probabilities(soxr.resample(samples, 44_100, 16_000)) >= 0.5).mean()


@pytest.mark.parametrize("name", NAMES)
def test_every_voice_is_heard(name):
    assert share_of_speech(spoken(name, seconds=8.0)) > 0.8


@pytest.mark.parametrize(
    "sound",
    [music(6.0), tone(6.0), noise(tone(6.0)) * np.float32(0.1), np.zeros(100_000, np.float32)],
    ids=["music", "tone", "noise", "silence"],
)
def test_nothing_else_is_taken_for_a_voice(sound):
    assert share_of_speech(sound) == 0


def test_the_answers_are_those_of_the_original_model():
    likely = probabilities(soxr.resample(spoken(seconds=4.0), 44_100, 16_000))
    original = [
        0.0106,
        0.0062,
        0.0048,
        0.9825,
        0.9991,
        1.0,
        1.0,
        1.0,
        0.9518,
        1.0,
        1.0,
        1.0,
        1.0,
        0.9998,
        1.0,
        0.7933,
    ]
    assert likely[3::8] == pytest.approx(original, abs=0.001)


def test_there_is_one_answer_for_each_begun_window():
    assert len(probabilities(np.zeros(513, np.float32))) == 2


def test_spans_are_where_speech_begins_and_ends():
    likely = np.array([0.1, 0.4, 0.6, 0.4, 0.1, 0.4, 0.1, 0.9], np.float32)
    assert spans(likely) == [pytest.approx((0.032, 0.128)), pytest.approx((0.224, 0.256))]


def test_without_speech_there_are_no_spans():
    assert spans(np.zeros(5, np.float32)) == []
