"""What a file is, by its content only: names and declared types of uploads are hearsay."""

import re
from collections.abc import Callable

from voices.rejection import refusal

MP4_BRANDS_OF_PICTURES = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"crx ")
CHAINED_FRAMES = 3
"""One frame header occurs in any random kilobyte; three that point at each other do not."""
JUNK_BEFORE_FRAMES = 4096

OTHERS = (
    ("ZIP", rb"PK(\x03\x04|\x05\x06)"),
    ("PNG", rb"\x89PNG"),
    ("JPEG", rb"\xff\xd8\xff"),
    ("GIF", rb"GIF8"),
    ("PDF", rb"%PDF"),
    ("gzip", rb"\x1f\x8b"),
    ("Windows Media", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    ("MIDI", rb"MThd"),
    ("M3U", rb"(\xef\xbb\xbf)?\s*#EXTM3U"),
    ("ffconcat", rb"(\xef\xbb\xbf)?\s*ffconcat"),
    ("SDP", rb"v=0\r?\n"),
    ("HTML", rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)"),
    ("XML", rb"(\xef\xbb\xbf)?\s*<"),
    ("JSON", rb"(\xef\xbb\xbf)?\s*[{\[]"),
    ("text", rb"[\t\n\r\x20-\x7e]{64}"),
)

MP3_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
MP3_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def sniff(data: bytes) -> str:
    """Name the one FFmpeg demuxer that may read this. Raises: SampleRejected (`empty`, `not_audio`,
    `unrecognised`).
    """
    if not data:
        raise refusal("empty")
    demuxer = _container(data) or _bare_frames(data)
    if demuxer:
        return demuxer
    for name, pattern in OTHERS:
        if re.match(pattern, data):
            raise refusal("not_audio", looks_like=name)
    raise refusal("unrecognised")


def _container(data: bytes) -> str | None:
    start, form = data[:4], data[8:12]
    if data[4:8] == b"ftyp":
        return None if form in MP4_BRANDS_OF_PICTURES else "mov"
    if start in (b"RIFF", b"RF64") and form == b"WAVE":
        return "wav"
    if start == b"FORM" and form in (b"AIFF", b"AIFC"):
        return "aiff"
    if data.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "amr"
    return {b"caff": "caf", b"OggS": "ogg", b"\x1a\x45\xdf\xa3": "matroska", b"fLaC": "flac"}.get(start)


def _bare_frames(data: bytes) -> str | None:
    """MP3 or ADTS, behind ID3 tags, padding or the tail of a frame that was cut."""
    begin = _end_of_tags(data)
    if data.startswith(b"fLaC", begin):
        return "flac"
    for at in range(begin, min(begin + JUNK_BEFORE_FRAMES, len(data) - 7)):
        if data[at] != 0xFF:
            continue
        if _chained(data, at, _mp3_frame_bytes):
            return "mp3"
        if _chained(data, at, _adts_frame_bytes):
            return "aac"
    return None


def _end_of_tags(data: bytes) -> int:
    end = 0
    while data.startswith(b"ID3", end) and len(data) >= end + 10:
        a, b, c, d = (byte & 0x7F for byte in data[end + 6 : end + 10])
        end += 10 + (a << 21 | b << 14 | c << 7 | d)
    return end


def _chained(data: bytes, at: int, frame_bytes: Callable[[bytes], int]) -> bool:
    for _ in range(CHAINED_FRAMES):
        step = frame_bytes(data[at : at + 7])
        if not step:
            return False
        at += step
    return True


def _mp3_frame_bytes(header: bytes) -> int:
    """Length of the MPEG layer III frame that begins so; 0 when none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, kbits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or kbits in (0, 15) or rate == 3:
        return 0
    samples = 1152 if version == 3 else 576
    bits = MP3_KBITS[1 if version == 3 else 2][kbits] * 1000
    return samples // 8 * bits // MP3_RATES[version][rate] + (header[2] >> 1 & 1)


def _adts_frame_bytes(header: bytes) -> int:
    """Length of the ADTS frame that begins so; 0 when none does."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else 0
