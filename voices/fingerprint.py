"""Is this the same recording as that one, whatever happened to the file in between?

After Haitsma and Kalker (ISMIR 2002): for each instant one bit per pair of neighbouring bands, the sign
of how their difference in energy moves. Codecs, gain and noise change few of these signs. Only instants
with speech count. It tells recordings apart, not speakers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voices.decoding import Samples
from voices.speech import DETECTOR_RATE, END, WINDOW

BITS = 16
LOWEST_HZ, HIGHEST_HZ = 300.0, 3_200.0
"""What even a telephone codec keeps."""
FRAME = 2 * WINDOW
SMOOTHING = 8
LAG = 4
LEAST_COMMON = 150
"""Instants of speech that two recordings must share before we say anything: about five seconds."""
SAME_BELOW = 0.36
"""Share of differing bits; see the table of benchmarks/audio_fingerprint.py."""


def fingerprint(low: Samples, likely: NDArray[np.float32]) -> bytes:
    """Two bytes for each 32 ms of the recording at DETECTOR_RATE and a bit that says whether it counts."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(low, (WINDOW // 2, FRAME)), FRAME)
    frames = frames[::WINDOW][: len(likely)]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32))))
    bands = np.add.reduceat(power[:, : _EDGES[-1]], _EDGES[:-1], axis=1)
    sums = np.cumsum(np.pad(bands, ((SMOOTHING, 0), (0, 0))), axis=0, dtype=np.float64)
    smooth = np.log(sums[SMOOTHING:] - sums[:-SMOOTHING] + 1e-9)
    slope = smooth[:, :-1] - smooth[:, 1:]
    moved = slope - np.pad(slope, ((LAG, 0), (0, 0)))[:-LAG]
    return np.packbits(moved > 0).tobytes() + np.packbits(likely >= END).tobytes()


_EDGES = np.round(np.geomspace(LOWEST_HZ, HIGHEST_HZ, BITS + 2) * FRAME / DETECTOR_RATE).astype(int)


def difference(one: bytes, other: bytes) -> float:
    """Share of bits that differ where both speak, at the best shift: 0 the same, about 0.5 unrelated."""
    signs_one, signs_other = _signs(one), _signs(other)
    size = 1 << (len(signs_one) + len(signs_other) - 1).bit_length()
    agreement = _correlation(signs_one, signs_other, size).sum(axis=1)
    common = _correlation(np.abs(signs_one[:, :1]), np.abs(signs_other[:, :1]), size)[:, 0]
    least = max(LEAST_COMMON, min(np.abs(signs_one[:, 0]).sum(), np.abs(signs_other[:, 0]).sum()) / 2)
    enough = common > least - 0.5
    if not enough.any():
        return 1.0
    return float((1 - agreement[enough] / (BITS * common[enough])).min() / 2)


def same_recording(one: bytes, other: bytes) -> bool:
    return difference(one, other) < SAME_BELOW


def _signs(print_: bytes) -> NDArray[np.float32]:
    """A row of ±1 for each instant, of 0 where nobody speaks."""
    instants = len(print_) * 8 // (BITS + 1)
    bits = np.unpackbits(np.frombuffer(print_, np.uint8))
    signs = bits[: instants * BITS].reshape(instants, BITS) * np.float32(2) - 1
    counts = bits[instants * BITS : instants * (BITS + 1)]
    return signs * counts[:, None]


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32], size: int) -> NDArray[Any]:
    spectrum = np.fft.rfft(one, size, axis=0) * np.conj(np.fft.rfft(other, size, axis=0))
    return np.fft.irfft(spectrum, size, axis=0)
