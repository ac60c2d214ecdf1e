import time
from functools import cache

import pytest

from voices.advice import SENTENCES
from voices.decoding import Limits, decode
from voices.fingerprint import same_recording
from voices.intake import prepare
from voices.quality import Thresholds
from voices.rejection import SampleRejected
from voices.tests.sounds import clipped, encoded, file_of, noise, over, spoken

LIMITS = Limits(min_seconds=8.0, max_seconds=30.0)
THRESHOLDS = Thresholds(least_speech_seconds=6.0)


@cache
def prepared(form="m4a"):
    return prepare(file_of(form, seconds=9.0), limits=LIMITS, thresholds=THRESHOLDS)


def test_an_upload_becomes_a_sample_that_can_be_read_back():
    again = decode(prepared().flac, limits=LIMITS)
    assert again.seconds == pytest.approx(prepared().seconds)
    assert prepared().problems == []


def test_the_same_upload_gives_the_same_sample():
    again = prepare(file_of("m4a", seconds=9.0), limits=LIMITS, thresholds=THRESHOLDS)
    assert again == prepared()


def test_another_file_of_the_same_recording_is_recognised():
    assert prepared("mp3").digests.sample_hash != prepared().digests.sample_hash
    assert same_recording(prepared("mp3").fingerprint, prepared().fingerprint)


def test_the_picture_has_two_hundred_points_of_the_wave():
    points = prepared().picture
    assert (len(points), min(points) >= 0, 20 <= max(points) <= 71) == (200, True, True)


def test_a_bad_recording_is_measured_and_its_problems_named():
    voice = spoken(seconds=9.0)
    noisy = encoded(clipped(over(voice, noise(voice), db=5), 0.05), "mp3")
    found = prepare(noisy, limits=LIMITS, thresholds=THRESHOLDS)
    assert [each.code for each in found.rejections] == ["too_noisy", "noise_under_voice", "clipped"]
    assert found.measurements.snr_db < 10


def test_what_cannot_be_read_is_refused_in_the_speakers_language():
    with pytest.raises(SampleRejected) as refused:
        prepare(file_of("m4a", seconds=2.0), limits=LIMITS, thresholds=THRESHOLDS)
    assert SampleRejected(refused.value.problems, language="es").detail == (
        "La grabación tiene solo 2 segundos. Graba entre 8 y 30 segundos, por favor."
    )


def test_a_refusal_is_a_problem_that_programs_can_read():
    with pytest.raises(SampleRejected) as refused:
        prepare(b"PK\x03\x04", limits=LIMITS, thresholds=THRESHOLDS)
    assert (refused.value.status, refused.value.code, refused.value.more) == (
        422,
        "sample_rejected",
        {
            "reasons": [
                {
                    "code": "not_audio",
                    "severity": "reject",
                    "message": "This is not a sound recording: it looks like ZIP. "
                    "Please send the recording itself.",
                }
            ]
        },
    )


def test_work_ends_at_the_deadline():
    with pytest.raises(SampleRejected) as refused:
        prepare(file_of("m4a", seconds=9.0), limits=LIMITS, thresholds=THRESHOLDS, deadline=time.monotonic())
    assert refused.value.reason == "too_slow"


@pytest.mark.parametrize("code", SENTENCES)
def test_everything_is_said_in_every_language(code):
    figures = dict.fromkeys(
        ["value", "of", "least", "good", "most", "seconds", "megabytes", "looks_like", "codec"], 1
    )
    said = {language: text.format(**figures) for language, text in SENTENCES[code].items()}
    assert (set(said), len(set(said.values()))) == ({"en", "es"}, 2)
