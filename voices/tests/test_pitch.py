"""Pitch and colour, measured from tones and from real people."""

from pathlib import Path

import av
import numpy as np
import pytest

from voices import pitch

RECORDINGS = Path(__file__).parents[1] / "recordings"
RATE = 16_000


def recording(name: str) -> pitch.Samples:
    with av.open(RECORDINGS / f"{name}.flac", "r") as container:
        frames = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return (np.concatenate(frames) / 32_768).astype(np.float32)


def buzz(
    hertz: float, *, formants: tuple[float, ...] = (500, 1500, 2500), seconds: float = 1
) -> pitch.Samples:
    """Harmonics of `hertz` under resonances of 100 Hz width: the plainest vowel."""
    time = np.arange(int(RATE * seconds)) / RATE
    overtones = np.arange(hertz, 5000, hertz)
    gains = sum(1 / (1 + ((overtones - formant) / 50) ** 2) for formant in formants) / overtones
    sound = gains @ np.sin(2 * np.pi * np.outer(overtones, time))
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


@pytest.mark.parametrize("hertz", [80, 97.3, 131, 220, 311.1])
def test_the_pitch_of_a_steady_vowel_is_right_within_one_percent(hertz):
    assert pitch.measure(buzz(hertz), RATE).f0_hz == pytest.approx(hertz, rel=0.01)


def test_pitch_is_the_same_at_another_rate():
    sound = buzz(120)
    assert pitch.measure(sound[::2], RATE // 2).f0_hz == pytest.approx(120, rel=0.01)


def test_colour_follows_the_formants_and_not_the_pitch():
    short = pitch.measure(buzz(120, formants=(600, 1800, 3000)), RATE).colour
    long = pitch.measure(buzz(120), RATE).colour
    high = pitch.measure(buzz(170), RATE).colour
    assert short / long == pytest.approx(1.2, rel=0.05)
    assert high / long == pytest.approx(1, rel=0.05)


def test_loudness_changes_nothing():
    sound = recording("en_m_librivox")[: 5 * RATE]
    loud, soft = pitch.measure(sound, RATE), pitch.measure(sound * 0.1, RATE)
    assert soft.f0_hz == pytest.approx(loud.f0_hz, rel=0.01)
    assert soft.colour == pytest.approx(loud.colour, rel=0.01)


def test_a_man_and_a_woman_are_told_apart():
    man = pitch.measure(recording("en_m_librivox"), RATE)
    woman = pitch.measure(recording("en_f_allison_1"), RATE)
    assert man.f0_hz == pytest.approx(99, abs=5)
    assert woman.f0_hz == pytest.approx(194, abs=8)
    assert woman.colour > man.colour * 1.05


@pytest.mark.parametrize("name", ["en_m_librivox", "es_f_allison_1"])
def test_two_halves_of_one_recording_measure_alike(name):
    sound = recording(name)
    first = pitch.measure(sound[: len(sound) // 2], RATE)
    second = pitch.measure(sound[len(sound) // 2 :], RATE)
    assert abs(12 * np.log2(first.f0_hz / second.f0_hz)) < 1
    assert first.colour == pytest.approx(second.colour, rel=0.08)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32),
        np.zeros(RATE, np.float32),
        np.full(RATE, 0.5, np.float32),
        buzz(120, seconds=0.03),
        np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32),
    ],
    ids=["nothing", "silence", "a constant", "a click", "noise"],
)
def test_what_holds_no_voice_is_refused(samples):
    with pytest.raises(pitch.Unvoiced):
        pitch.measure(samples, RATE)
