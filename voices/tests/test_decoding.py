import time

import av
import numpy as np
import pytest
import soxr
from av.video.frame import VideoFrame

from voices.decoding import RATE, Limits, decode
from voices.rejection import SampleRejected
from voices.tests.hostile import wav
from voices.tests.sounds import FORMATS, encoded, file_of, spoken

SHORT = Limits(min_seconds=1.0, max_seconds=8.0)
NARROW = {"3gp of a phone call", "amr", "wav of µ-law"}


def likeness(one, other):
    """Highest correlation over all shifts: codecs delay."""
    size = 1 << (len(one) + len(other)).bit_length()
    shifts = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)))
    return shifts.max() / np.sqrt(np.square(one).sum() * np.square(other).sum())


def reason_of(data, **limits):
    with pytest.raises(SampleRejected) as refused:
        decode(data, limits=Limits(**{"min_seconds": 1.0, **limits}))
    return refused.value.reason


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_voice_back(form):
    recording = decode(file_of(form), limits=SHORT)
    assert abs(recording.seconds - 4.0) < 0.1
    assert likeness(recording.samples, spoken(seconds=4.0)) > (0.75 if form in NARROW else 0.98)


@pytest.mark.parametrize("form", ["m4a", "webm of a browser", "3gp of a phone call", "wav of 24 bit stereo"])
def test_the_source_is_described(form):
    recording = decode(file_of(form), limits=SHORT)
    assert recording.source_rate == FORMATS[form].rate
    assert recording.source_channels == FORMATS[form].channels


def test_samples_at_our_rate_are_kept_as_they_are():
    recording = decode(file_of("wav"), limits=SHORT)
    assert np.abs(recording.samples - spoken(seconds=4.0)).max() <= 1 / 32_768


def test_channels_are_averaged():
    left_only = np.zeros((2 * RATE, 2), "<i2")
    left_only[:, 0] = 16_384
    recording = decode(wav(left_only.tobytes(), channels=2), limits=SHORT)
    assert np.unique(recording.samples) == [0.25]


def test_values_that_are_no_numbers_become_silence():
    wild = np.tile(np.array([np.nan, np.inf, -np.inf, 1e30, 0.5], "<f4"), RATE // 2)
    recording = decode(wav(wild.tobytes(), form=3, width=4), limits=SHORT)
    assert np.unique(recording.samples).tolist() == [-8.0, 0.0, 0.5, 8.0]


def test_a_recording_that_is_too_long_is_refused_while_it_is_decoded():
    assert reason_of(file_of("m4a"), max_seconds=3.0) == "too_long"


def test_a_recording_that_is_too_short_is_refused_with_its_length():
    with pytest.raises(SampleRejected) as refused:
        decode(file_of("m4a"), limits=Limits())
    assert refused.value.detail == "The recording has only 4 seconds. Please record 30 to 60 seconds."


def test_more_bytes_than_allowed_are_not_looked_at():
    assert reason_of(file_of("wav"), max_bytes=1000) == "too_big"


def test_decoding_ends_at_the_deadline():
    with pytest.raises(SampleRejected) as refused:
        decode(file_of("m4a"), limits=SHORT, deadline=time.monotonic())
    assert refused.value.reason == "too_slow"


def test_a_rate_that_no_phone_has_is_refused():
    assert reason_of(wav(bytes(2000), rate=1)) == "unsupported"


def test_more_channels_than_any_phone_has_are_refused():
    assert reason_of(wav(bytes(64_000), channels=16)) == "unsupported"


@pytest.mark.parametrize("form", [0x161, 0x9999], ids=["Windows Media", "unheard of"])
def test_a_codec_that_we_do_not_decode_is_refused(form):
    assert reason_of(wav(bytes(64_000), form=form, width=1)) == "unsupported"


def test_a_video_without_sound_has_no_sound(tmp_path):
    silent_film = tmp_path / "film.mp4"
    with av.open(str(silent_film), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, width=32, height=32)
        stream.pix_fmt = "yuv420p"
        frame = VideoFrame(32, 32, "yuv420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert reason_of(silent_film.read_bytes()) == "no_audio"


def test_a_header_without_sound_has_no_sound():
    assert reason_of(wav(b"")) == "no_audio"


@pytest.mark.parametrize("form", ["mp3", "ogg opus", "webm of a browser", "wav", "aac", "flac"])
def test_of_a_recording_that_was_cut_off_the_first_part_is_read(form):
    whole = file_of(form)
    recording = decode(whole[: len(whole) // 2], limits=SHORT)
    assert 1.0 < recording.seconds < 3.0


@pytest.mark.parametrize("form", ["m4a", "3gp of a phone call"])
def test_a_recording_whose_index_was_cut_off_is_damaged(form):
    whole = file_of(form)
    assert reason_of(whole[: len(whole) // 2]) == "damaged"


def test_a_recording_that_changes_its_rate_on_the_way_is_read_to_the_end():
    first = file_of("mp3 of a telephone", seconds=2.0)
    second = file_of("mp3", seconds=2.0)
    recording = decode(first + second, limits=SHORT)
    assert recording.seconds == pytest.approx(4.0, abs=0.2)


def test_the_header_is_not_believed_about_the_length():
    boasting = wav(spoken_pcm(2.0), claimed=0x7FFFFFF0)
    assert decode(boasting, limits=SHORT).seconds == pytest.approx(2.0, abs=0.01)


def test_stereo_that_is_resampled_keeps_its_length():
    at_48 = soxr.resample(spoken(seconds=2.0), RATE, 48_000)
    recording = decode(encoded(at_48, "wav of 24 bit stereo", rate=48_000), limits=SHORT)
    assert len(recording.samples) == pytest.approx(2.0 * RATE, abs=1)


def spoken_pcm(seconds):
    return (spoken(seconds=seconds) * 32_767).astype("<i2").tobytes()
