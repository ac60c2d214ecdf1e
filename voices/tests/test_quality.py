from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import soxr

from voices.decoding import RATE, Limits, Recording, decode
from voices.quality import Measurements, Thresholds, measure, problems, wada
from voices.tests.sounds import (
    NAMES,
    clipped,
    encoded,
    low_and_likely,
    music,
    noise,
    over,
    spoken,
    tone,
    with_pauses,
)  # fmt: skip

SECONDS = 9.0
DEFAULT = Thresholds(least_speech_seconds=6.0)


def measured(samples):
    low, likely = low_and_likely(np.asarray(samples, np.float32))
    recording = Recording(
        samples=samples, container="wav", codec="pcm", source_rate=RATE, source_channels=1, bad_packets=0
    )
    return measure(recording, low=low, likely=likely)


@cache
def good():
    return measured(spoken(seconds=SECONDS))


def rejected(samples):
    return {each.code for each in problems(measured(samples), DEFAULT) if each.severity == "reject"}


@pytest.mark.parametrize("name", NAMES)
def test_good_recordings_pass(name):
    assert rejected(spoken(name, seconds=SECONDS)) == set()


@pytest.mark.parametrize("name", NAMES[:3])
@pytest.mark.parametrize("db", [5, 10])
def test_a_noisy_room_is_rejected(name, db):
    voice = spoken(name, seconds=SECONDS)
    assert rejected(over(voice, noise(voice), db=db)) >= {"too_noisy"}


def test_a_little_noise_is_accepted_with_a_warning():
    voice = spoken(seconds=SECONDS)
    found = problems(measured(over(voice, noise(voice), db=18)), DEFAULT)
    assert [(each.code, each.severity) for each in found] == [("too_noisy", "warn")]


@pytest.mark.parametrize("db", [0, 5])
def test_music_under_the_voice_is_rejected(db):
    assert "noise_under_voice" in rejected(over(spoken(seconds=SECONDS), music(), db=db))


@pytest.mark.parametrize("form", ["wav", "m4a", "ogg opus"])
def test_an_overdriven_recording_is_rejected_even_after_coding(form):
    file = encoded(clipped(spoken(seconds=SECONDS), 0.05), form)
    assert rejected(decode(file, limits=Limits(min_seconds=1.0)).samples) == {"clipped"}


def test_mostly_pauses_is_rejected():
    assert rejected(with_pauses(spoken(seconds=SECONDS), 0.6)) == {"too_little_speech"}


@pytest.mark.parametrize(
    "sound", [music(8.0), tone(8.0), noise(tone(8.0)), np.zeros(8 * RATE, np.float32)],
    ids=["music", "tone", "noise", "silence"],
)  # fmt: skip
def test_what_has_no_voice_is_rejected_as_that(sound):
    assert rejected(sound) == {"no_speech"}


@pytest.mark.parametrize("db", [5, 10, 20, 30])
def test_the_signal_to_noise_ratio_is_the_one_we_mixed(db):
    voice = spoken(seconds=SECONDS)
    assert measured(over(voice, noise(voice), db=db)).snr_db == pytest.approx(db, abs=1.5)


@pytest.mark.parametrize("db", [5, 10, 15])
def test_the_wada_table_follows_from_its_model(db):
    random = np.random.default_rng(3)
    speech = random.gamma(0.4, size=400_000) * random.choice([-1, 1], 400_000) / np.sqrt(0.56)
    mixed = speech + random.standard_normal(400_000) * 10 ** (-db / 20)
    assert wada(mixed.astype(np.float32)[None, :]) == pytest.approx(db, abs=0.5)


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_bandwidth_is_where_the_source_ends(rate):
    hiss = np.random.default_rng(1).standard_normal(10 * rate).astype(np.float32) / 10
    found = measured(soxr.resample(hiss, rate, RATE)).bandwidth_hz
    assert found == pytest.approx(rate / 2, rel=0.06)


def test_the_level_falls_with_the_gain():
    quieter = measured(spoken(seconds=SECONDS) * np.float32(0.1))
    assert good().level_db - quieter.level_db == pytest.approx(20.0, abs=0.2)


def test_the_score_falls_as_the_noise_rises():
    voice = spoken(seconds=SECONDS)
    scores = [measured(over(voice, noise(voice), db=db)).score for db in (30, 20, 10, 0)]
    assert scores == sorted(scores, reverse=True)


FINE = Measurements(
    seconds=40.0, speech_seconds=35.0, speech_share=0.87, silence_share=0.1, level_db=-20.0, snr_db=40.0,
    wada_db=18.0, clip_share=0.0, bandwidth_hz=9_000.0, source_rate=RATE, source_channels=1,
    container="mov", codec="aac", bad_packets=0, score=95,
)  # fmt: skip

TOO_NOISY = (
    "Move closer to the microphone: your voice is only {} dB above the room. "
    "20 dB or more is good; a quiet room helps."
)
TOO_QUIET = "Your voice is very quiet ({} dB below full level). Move closer to the microphone or speak up."
CLIPPED = (
    "The recording is overdriven in {} % of its samples. "
    "Hold the phone a little further away or speak more softly."
)
PAUSES = "{}% of the recording is silence. Read without long pauses for a better voice."
MUFFLED = (
    "The recording ends at {} Hz, like a telephone call. Record with the phone's recorder in high quality."
)
TOO_LITTLE = "You speak for only {} of 40 seconds. Please read something aloud without long pauses."
GAPS = "{} pieces of the recording could not be read. Record again if the voice has gaps."

SAID = [
    ({"snr_db": 9.2}, "reject", TOO_NOISY.format(9)),
    ({"snr_db": 17.0}, "warn", TOO_NOISY.format(17)),
    ({"level_db": -55.0}, "reject", TOO_QUIET.format(55)),
    ({"level_db": -45.0}, "warn", TOO_QUIET.format(45)),
    ({"clip_share": 0.023}, "reject", CLIPPED.format(2.3)),
    ({"clip_share": 0.005}, "warn", CLIPPED.format(0.5)),
    ({"silence_share": 0.4}, "warn", PAUSES.format(40)),
    ({"bandwidth_hz": 3_400.0}, "warn", MUFFLED.format(3400)),
    ({"speech_seconds": 9.0, "speech_share": 0.22}, "reject", TOO_LITTLE.format(9)),
    ({"bad_packets": 3}, "warn", GAPS.format(3)),
]


@pytest.mark.parametrize(("change", "severity", "message"), SAID)
def test_the_speaker_is_told_what_to_do(change, severity, message):
    (problem,) = problems(replace(FINE, **change), Thresholds())
    assert (problem.severity, problem.message("en")) == (severity, message)


def test_a_fine_recording_has_no_problems():
    assert problems(FINE, Thresholds()) == []


def test_advice_is_given_in_spanish():
    (problem,) = problems(replace(FINE, snr_db=9.0), Thresholds())
    assert problem.message("es") == (
        "Acércate al micrófono: tu voz está solo 9 dB por encima del ruido de la sala. "
        "Lo bueno son 20 dB o más; ayuda un lugar tranquilo."
    )


def test_rejections_come_before_warnings():
    found = problems(replace(FINE, level_db=-45.0, snr_db=9.0, bandwidth_hz=3_000.0), Thresholds())
    assert [each.severity for each in found] == ["reject", "warn", "warn"]
