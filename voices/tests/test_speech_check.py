"""Speech passes whole and unchanged, whatever it is cut into; everything else is found out."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thoughtvoice.double import speech
from voices.providers.base import SAMPLE_RATE, BadSpeech
from voices.providers.speech_check import checked, longest, shortest

TEXT = "It was the seven of clubs."
SPEECH = speech.say(TEXT, "anybody")
SILENCE = bytes(SAMPLE_RATE)


def cut(audio: bytes, size: int) -> Iterator[bytes]:
    return (audio[start : start + size] for start in range(0, len(audio), size))


@settings(deadline=None, derandomize=True, database=None)
@given(st.integers(min_value=1_000, max_value=30_000))
def test_speech_is_the_same_however_it_was_cut(size: int) -> None:
    chunks = list(checked(cut(SPEECH, size), text=TEXT))
    assert b"".join(chunks) == SPEECH
    assert {len(chunk) % 2 for chunk in chunks} == {0}


def test_a_byte_too_many_at_the_end_is_left_out() -> None:
    assert b"".join(checked([SPEECH + b"\x01"], text=TEXT)) == SPEECH


def test_silence_before_the_first_word_is_kept() -> None:
    given_audio = SILENCE + SPEECH
    assert b"".join(checked(cut(given_audio, 4096), text=TEXT)) == given_audio


def test_a_pause_in_the_middle_is_speech() -> None:
    given_audio = SPEECH + SILENCE * 4 + SPEECH
    assert b"".join(checked(cut(given_audio, 4096), text=TEXT)) == given_audio


def test_silence_without_end_is_not_waited_for() -> None:
    taken = []

    def without_end() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield SILENCE

    with pytest.raises(BadSpeech):
        next(checked(without_end(), text=TEXT))
    assert len(taken) == 8


def test_speech_without_end_is_cut_off() -> None:
    def without_end() -> Iterator[bytes]:
        while True:
            yield SPEECH

    passed: list[int] = []
    with pytest.raises(BadSpeech):
        passed.extend(len(chunk) // 2 for chunk in checked(without_end(), text=TEXT))
    assert sum(passed) <= longest(TEXT)


@pytest.mark.parametrize(
    "audio",
    [
        b"",
        SILENCE,
        SPEECH[: len(SPEECH) // 4],
        speech.noise(len(SPEECH)),
        SPEECH[1:],
        speech.mp3(SPEECH, kilobits=64),
        b"<!doctype html><html>" + b" " * 100_000,
        b'{"detail": {"status": "quota_exceeded"}}',
        b"RIFF\x24\x00\x00\x00WAVEfmt " + SPEECH,
    ],
    ids=["nothing", "silence", "a quarter", "noise", "shifted", "mp3", "page", "json", "wav"],
)
def test_what_is_no_speech_is_refused(audio: bytes) -> None:
    with pytest.raises(BadSpeech):
        list(checked(cut(audio, 4096), text=TEXT))


@pytest.mark.parametrize("frequency", [100, 1_000, 3_000])
def test_a_loud_clear_sound_is_no_noise(frequency: int) -> None:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    audio = (np.sin(2 * np.pi * frequency * time) * 30_000).astype("<i2").tobytes()
    assert b"".join(checked(cut(audio, 4096), text=TEXT)) == audio


def test_signs_that_are_not_spoken_need_no_time() -> None:
    assert shortest("7 ♣ … !!!") < shortest("seven of clubs")


def test_every_text_has_room_between_too_short_and_too_long() -> None:
    assert all(shortest("a" * size) < longest("a" * size) for size in range(0, 5000, 100))
