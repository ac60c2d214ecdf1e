"""Files that are made to hurt: small ones that decode to days, and real ones with bytes changed."""

from fractions import Fraction
from io import BytesIO
from struct import pack

import av
import numpy as np
from av.packet import Packet

from voices.decoding import RATE
from voices.tests.sounds import Format, encoded


def opus_of_nothing(packets: int) -> bytes:
    """One byte each that stands for 60 ms of comfort noise: 3 MB of them last two days."""
    file = BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        container.start_encoding()
        for number in range(packets):
            packet = Packet(b"\x18")
            packet.stream, packet.time_base = stream, Fraction(1, 48_000)
            packet.pts = packet.dts = 2880 * number
            packet.duration = 2880
            container.mux(packet)
    return file.getvalue()


def flac_of_silence(seconds: int) -> bytes:
    """A constant costs a dozen bytes a frame, however long it is."""
    short = encoded(np.zeros(10 * RATE, np.float32), "flac")
    return short + short[short.index(b"\xff\xf8") :] * (seconds // 10 - 1)


def mp3_at_8_kbits(seconds: int) -> bytes:
    """Frames of one short file again and again: decoders do not mind."""
    short = encoded(np.zeros(5 * RATE, np.float32), Format("mp3", "libmp3lame", 8_000, bit_rate=8_000))
    frames = short[short.index(b"\xff\xe3") :]
    return frames * (seconds // 5)


def amr_of_nothing(frames: int) -> bytes:
    """Frames that say NO_DATA, one byte each."""
    return b"#!AMR\n" + b"\x7c" * frames


def wav(
    data: bytes,
    *,
    rate: int = RATE,
    channels: int = 1,
    form: int = 1,
    width: int = 2,
    claimed: int | None = None,
) -> bytes:
    """A WAV file whose header says what it is told to."""
    size = width * channels
    header = pack("<HHIIHH", form, channels, rate, rate * size & 0xFFFFFFFF, size, 8 * width)
    length = len(data) if claimed is None else claimed
    chunks = b"fmt " + pack("<I", 16) + header + b"data" + pack("<I", length) + data
    return b"RIFF" + pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def mutated(data: bytes, seed: int) -> bytes:
    """Bytes overwritten, removed, repeated or cut off, as the seed decides."""
    random = np.random.default_rng(seed)
    changed = bytearray(data)
    for _ in range(random.integers(1, 12)):
        at = int(random.integers(0, min(len(changed), 4096) if random.random() < 0.5 else len(changed)))
        length = int(random.integers(1, 64))
        match random.integers(0, 5):
            case 0:
                changed[at : at + length] = random.bytes(length)
            case 1:
                changed[at : at + length] = b"\xff" * length
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = changed[at : at + length]
            case 4 if random.random() < 0.3:
                del changed[at:]
        if not changed:
            break
    return bytes(changed)
