from struct import pack

import pytest

from voices.rejection import SampleRejected
from voices.sniffing import sniff
from voices.tests.sounds import FORMATS, file_of

DEMUXERS = {
    "m4a": "mov",
    "mp4 in fragments": "mov",
    "m4a lossless": "mov",
    "aac": "aac",
    "mp3": "mp3",
    "mp3 of a telephone": "mp3",
    "wav": "wav",
    "wav of 24 bit stereo": "wav",
    "wav of floats": "wav",
    "wav of µ-law": "wav",
    "wav of 8 bit": "wav",
    "wav RF64": "wav",
    "aiff": "aiff",
    "caf": "caf",
    "ogg opus": "ogg",
    "ogg vorbis": "ogg",
    "ogg flac": "ogg",
    "webm of a browser": "matroska",
    "flac": "flac",
    "3gp of a phone call": "mov",
    "amr": "amr",
}
ID3 = b"ID3\x03\x00\x00\x00\x00\x10\x00" + bytes(2048)


@pytest.mark.parametrize("form", FORMATS)
def test_what_phones_send_is_known_by_its_content(form):
    assert sniff(file_of(form, seconds=2.0)) == DEMUXERS[form]


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"PK\x03\x04" + bytes(100), "ZIP"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "JPEG"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"<?xml version='1.0'?><MPD/>", "XML"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "M3U"),
        (b"\xef\xbb\xbf#EXTM3U\n", "M3U"),
        (b"ffconcat version 1.0\nfile 'other.mp3'\n", "ffconcat"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "SDP"),
        (b'{"audio": "..."}', "JSON"),
        (b"Dear sir or madam, please find enclosed my voice, which I wrote down.", "text"),
    ],
)
def test_what_is_not_sound_is_refused_and_named(data, looks_like):
    with pytest.raises(SampleRejected) as refused:
        sniff(data)
    assert (refused.value.reason, looks_like in refused.value.detail) == ("not_audio", True)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        bytes(5000),
        b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"garbage" * 1000,
        b"\x00\x00\x00\x18ftypheic" + bytes(100),
        b"RIFF\x00\x00\x00\x00AVI " + bytes(100),
        b"\xff\xfb\x90\x00" + bytes(3000),
    ],
)
def test_bytes_that_are_nothing_we_know_are_refused(data):
    with pytest.raises(SampleRejected) as refused:
        sniff(data)
    assert refused.value.reason == "unrecognised"


def test_no_bytes_are_called_empty():
    with pytest.raises(SampleRejected) as refused:
        sniff(b"")
    assert refused.value.reason == "empty"


@pytest.mark.parametrize("form", ["mp3", "aac"])
def test_frames_are_found_behind_tags(form):
    assert sniff(ID3 + file_of(form, seconds=2.0)) == DEMUXERS[form]


@pytest.mark.parametrize("form", ["mp3", "aac"])
def test_frames_are_found_when_the_first_was_cut(form):
    assert sniff(file_of(form, seconds=2.0)[700:]) == DEMUXERS[form]


def test_a_tag_that_claims_more_than_the_file_holds_is_survived():
    with pytest.raises(SampleRejected):
        sniff(b"ID3\x03\x00\x00" + pack(">I", 0x7F7F7F7F) + file_of("mp3", seconds=2.0))
