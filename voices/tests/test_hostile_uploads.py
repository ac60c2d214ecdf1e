import time

import pytest

from voices.decoding import BROKEN, Limits, decode, open_container
from voices.rejection import SampleRejected
from voices.tests.hostile import (
    amr_of_nothing,
    flac_of_silence,
    mp3_at_8_kbits,
    mutated,
    opus_of_nothing,
    wav,
)
from voices.tests.sounds import file_of

LIMITS = Limits(min_seconds=1.0)
WORST_SECONDS = 5.0

FILES_TO_MUTATE = [
    "m4a", "mp4 in fragments", "m4a lossless", "aac", "mp3", "wav of 24 bit stereo", "wav of floats", "aiff",
    "caf", "ogg opus", "ogg vorbis", "webm of a browser", "flac", "3gp of a phone call", "amr",
]  # fmt: skip


def outcome(data):
    """How it ended, never later than a person would wait."""
    began = time.monotonic()
    try:
        decode(data, limits=LIMITS, deadline=began + WORST_SECONDS)
        ended = "decoded"
    except SampleRejected as refused:
        ended = refused.reason
    assert time.monotonic() - began < WORST_SECONDS
    return ended


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: opus_of_nothing(1500),
        lambda: flac_of_silence(70),
        lambda: mp3_at_8_kbits(70),
        lambda: wav(bytes(3_000_000), rate=8_000, width=1),
    ],
    ids=["opus", "flac", "mp3", "wav"],
)
def test_little_files_of_great_length_are_stopped_on_the_way(bomb):
    assert outcome(bomb()) == "too_long"


def test_frames_without_data_are_no_recording():
    assert outcome(amr_of_nothing(100_000)) in {"damaged", "no_audio", "too_long"}


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_whatever_length_a_header_claims_the_file_is_read(claimed):
    assert outcome(wav(bytes(3 * 88_200), claimed=claimed)) == "decoded"


@pytest.mark.parametrize(
    "script",
    [
        "ffconcat version 1.0\nfile 'secret.wav'\n",
        "#EXTM3U\n#EXTINF:1,\nsecret.wav\n",
        "#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        "<?xml version='1.0'?><MPD><BaseURL>secret.wav</BaseURL></MPD>",
        "v=0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n",
        "concat:secret.wav|secret.wav",
    ],
)
def test_a_script_that_names_other_files_is_not_followed(script, tmp_path, monkeypatch):
    (tmp_path / "secret.wav").write_bytes(file_of("wav"))
    monkeypatch.chdir(tmp_path)
    assert outcome(script.encode().ljust(200)) in {"not_audio", "unrecognised"}


@pytest.mark.parametrize(
    ("demuxer", "script"),
    [
        ("concat", "ffconcat version 1.0\nfile 'secret.wav'\n"),
        ("hls", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n"),
    ],
)
def test_even_a_demuxer_of_scripts_could_open_nothing(demuxer, script, tmp_path, monkeypatch):
    (tmp_path / "secret.wav").write_bytes(file_of("wav"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BROKEN), open_container(script.encode(), demuxer) as container:
        next(container.decode(audio=0))


@pytest.mark.parametrize("form", FILES_TO_MUTATE)
def test_a_file_with_bytes_changed_is_decoded_or_refused(form):
    whole = file_of(form, seconds=2.0)
    reasons = {outcome(mutated(whole, seed)) for seed in range(10)}
    assert reasons <= {
        "decoded", "damaged", "empty", "no_audio", "not_audio", "too_long", "too_short", "unrecognised",
        "unsupported",
    }  # fmt: skip
