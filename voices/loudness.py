"""Loudness and true peak after ITU-R BS.1770-4, for one channel at any rate."""

from math import pi, tan

import numpy as np
from numpy.typing import NDArray

from voices.filtering import Section, filtered

ABSOLUTE_GATE = -70.0
RELATIVE_GATE = -10.0
SILENT = -100.0
"""LUFS given for what lies wholly below the absolute gate."""

HALF_TAPS = 8
OVERSAMPLING = 4


def k_weighting(rate: int) -> list[Section]:
    """The standard's 48 kHz filters as the analogue prototypes behind them, at `rate`."""
    k, q = tan(pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = (
        (high + middle * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - middle * k / q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    )
    k, q = tan(pi * 38.13547087602444 / rate), 0.5003270373238773
    a0 = 1 + k / q + k * k
    return [shelf, (1.0, -2.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)]


def weighted_energies(samples: NDArray[np.float32], *, rate: int, block: int) -> NDArray[np.float64]:
    """K-weighted mean square of each whole block of samples."""
    weighted = filtered(samples, k_weighting(rate), rate=rate)
    blocks = weighted[: len(weighted) // block * block].reshape(-1, block)
    return np.square(blocks, out=blocks).mean(axis=1, dtype=np.float64)


def gated(steps: NDArray[np.float64]) -> float:
    """Integrated loudness in LUFS of the energies of 100 ms each, by both gates of the standard."""
    if len(steps) < 4:
        return SILENT
    blocks = (steps[:-3] + steps[1:-2] + steps[2:-1] + steps[3:]) / 4
    heard = blocks[_lufs(blocks) > ABSOLUTE_GATE]
    if not len(heard):
        return SILENT
    loud = heard[_lufs(heard) > _lufs(heard.mean()) + RELATIVE_GATE]
    return float(_lufs(loud.mean()))


def integrated(samples: NDArray[np.float32], *, rate: int) -> float:
    return gated(weighted_energies(samples, rate=rate, block=rate // 10))


def _lufs(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(energy, 1e-12))


def block_peaks(samples: NDArray[np.float32], *, block: int, above: float) -> NDArray[np.float32]:
    """The true peak of each whole block of samples; where no sample passes `above`, its sample peak.

    Waves between samples are looked for only where samples are large, which is where it matters.
    """
    blocks = np.abs(samples[: len(samples) // block * block]).reshape(-1, block)
    peaks = blocks.max(axis=1)
    loud = np.flatnonzero(peaks > above)
    if len(loud):
        peaks[loud] = np.maximum(peaks[loud], _peaks_between(samples, loud * block, block))
    return peaks


def _peaks_between(samples: NDArray[np.float32], starts: NDArray[np.intp], block: int) -> NDArray[np.float32]:
    """The largest interpolated value between the samples of each block, four times oversampled."""
    padded = np.pad(samples, HALF_TAPS)
    around = padded[starts[None, :] + np.arange(block + 2 * HALF_TAPS)[:, None]]
    highest = np.zeros(len(starts), np.float32)
    for taps in _interpolators():
        between = np.zeros((block, len(starts)), np.float32)
        for lag, tap in enumerate(taps):
            between += tap * around[lag + 1 : lag + 1 + block]
        np.maximum(highest, np.abs(between).max(axis=0), out=highest)
    return highest


def _interpolators() -> NDArray[np.float32]:
    """Windowed sincs for 1/4, 2/4 and 3/4 of the way from one sample to the next."""
    at = np.arange(-HALF_TAPS + 1, HALF_TAPS + 1)
    shifts = np.arange(1, OVERSAMPLING)[:, None] / OVERSAMPLING
    window = np.cos(pi * (at - shifts) / (2 * HALF_TAPS)) ** 2
    taps = np.sinc(at - shifts) * window
    return (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)


def true_peak(samples: NDArray[np.float32]) -> float:
    """In dBTP."""
    peak = float(block_peaks(np.pad(samples, (0, 64)), block=32, above=0.0).max(initial=1e-6))
    return float(20 * np.log10(max(peak, 1e-6)))
