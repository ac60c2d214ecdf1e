from functools import cache
from itertools import combinations

import numpy as np
import pytest

from voices.decoding import RATE, Limits, decode
from voices.fingerprint import SAME_BELOW, difference, fingerprint, same_recording
from voices.tests.sounds import NAMES, file_of, low_and_likely, noise, over, spoken

SECONDS = 9.0


@cache
def print_of(name):
    return fingerprint(*low_and_likely(spoken(name, seconds=SECONDS)))


def changed_print(samples):
    return fingerprint(*low_and_likely(np.ascontiguousarray(samples, np.float32)))


@pytest.mark.parametrize("form", ["m4a", "mp3 of a telephone", "webm of a browser", "amr", "wav of µ-law"])
def test_the_same_recording_is_known_in_another_format(form):
    sent_again = decode(file_of(form, seconds=SECONDS), limits=Limits(min_seconds=1.0)).samples
    assert same_recording(print_of("en_f_allison_1"), changed_print(sent_again))


@pytest.mark.parametrize(
    "change",
    [
        lambda voice: voice * np.float32(0.1),
        lambda voice: np.clip(voice * np.float32(2), -1, 1),
        lambda voice: np.concatenate([np.zeros(3 * RATE + 700, np.float32), voice]),
        lambda voice: voice[3 * RATE :],
        lambda voice: over(voice, noise(voice), db=20),
    ],
    ids=["quieter", "louder and clipped", "silence before", "beginning cut", "noise"],
)
def test_the_same_recording_is_known_after_a_change(change):
    assert same_recording(print_of("en_f_allison_1"), changed_print(change(spoken(seconds=SECONDS))))


def test_different_recordings_are_far_apart():
    found = [difference(print_of(one), print_of(other)) for one, other in combinations(NAMES, 2)]
    assert min(found) > SAME_BELOW + 0.05


def test_another_recording_of_the_same_speaker_is_another_recording():
    later = spoken("en_f_allison_1")[20 * RATE : 29 * RATE]
    assert not same_recording(print_of("en_f_allison_1"), changed_print(later))


def test_a_recording_is_identical_to_itself():
    assert difference(print_of("en_m_librivox"), print_of("en_m_librivox")) == 0


def test_the_order_does_not_matter():
    longer, shorter = print_of("en_m_librivox"), changed_print(spoken("en_m_librivox", seconds=7.0))
    assert difference(longer, shorter) == pytest.approx(difference(shorter, longer))


def test_too_little_speech_says_nothing():
    assert not same_recording(*[changed_print(spoken(seconds=2.0))] * 2)


def test_a_minute_takes_four_kilobytes():
    assert len(fingerprint(np.zeros(16_000 * 60, np.float32), np.zeros(1875, np.float32))) == 3985
