"""Speech-like sound: a voiced buzz in syllables, at the voice's own pitch, as long as the text would take."""

import zlib
from functools import lru_cache

import lameenc
import numpy as np
from numpy.typing import NDArray

RATE = 24_000
CHARACTERS_PER_SECOND = 14
SYLLABLES_PER_SECOND = 4.5


@lru_cache(maxsize=32)
def say(text: str, voice_id: str) -> bytes:
    """Signed 16 bit little-endian mono at RATE; the same text and voice give the same bytes."""
    seconds = max(len(text) / CHARACTERS_PER_SECOND, 0.3)
    time = np.arange(int(seconds * RATE)) / RATE
    seed = zlib.crc32(voice_id.encode())
    pitch = 90 + seed % 130
    melody = pitch * (time + 0.03 * np.sin(2 * np.pi * 0.7 * time))
    return (_shape(_buzz(2 * np.pi * melody), time, seed) * 32_767).astype("<i2").tobytes()


def _buzz(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    """Eight harmonics, each from the two before it: sin((n + 1)x) = 2 cos x · sin nx - sin((n - 1)x)."""
    before, harmonic, step = np.zeros_like(phase), np.sin(phase), 2 * np.cos(phase)
    buzz = harmonic.copy()
    for n in range(2, 9):
        before, harmonic = harmonic, step * harmonic - before
        buzz += harmonic / n**1.3
    return buzz


def _shape(buzz: NDArray[np.float64], time: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    syllables = np.clip(np.sin(np.pi * SYLLABLES_PER_SECOND * time) ** 2, 0.02, 1)
    breath = np.random.default_rng(seed).normal(0, 0.02, time.size)
    return np.clip(0.16 * syllables * (buzz + breath), -1, 1)


def noise(byte_count: int) -> bytes:
    return np.random.default_rng(7).bytes(byte_count)


def mp3(pcm: bytes, *, kilobits: int) -> bytes:
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(kilobits)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(1)
    return bytes(encoder.encode(pcm) + encoder.flush())
