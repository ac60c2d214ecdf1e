"""How high a person speaks and how large their voice sounds, measured from a recording."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]]

RATE = 10_000
"""Hz: five formants of a man fit below half of it."""
FRAME = 400
HOP = 150
LOWEST_HZ, HIGHEST_HZ = 60, 400
UNVOICED = 0.2
DIP = 0.07
FEWEST = 20
LPC_ORDER = 11
AT_ONCE = 512
"""Frames; bounds the memory of the spectra."""
FORMANT_FRAMES = 600
"""Enough for a median that moves by under 1 %; each costs an eigenvalue problem."""


class Unvoiced(ValueError):
    """No voice was found in the samples."""


@dataclass(frozen=True)
class Timbre:
    """`f0_hz` is the median pitch; `colour` the geometric mean of the first three formants in Hz, which
    falls with the length of the speaker's throat and mouth."""

    f0_hz: float
    colour: float


def measure(samples: Samples, rate: int) -> Timbre:
    """Measure speech: mono float32 in ±1 at `rate` Hz. Raises: Unvoiced."""
    frames = _frames(soxr.resample(samples, rate, RATE))
    frames = frames[_loud(frames)]
    if len(frames) < FEWEST:
        raise Unvoiced
    blocks = [_yin(frames[start : start + AT_ONCE]) for start in range(0, len(frames), AT_ONCE)]
    pitches, aperiodicity = np.concatenate(blocks, axis=1)
    voiced = aperiodicity < UNVOICED
    if np.count_nonzero(voiced) < FEWEST:
        raise Unvoiced
    return Timbre(float(np.median(pitches[voiced])), _colour(frames[voiced]))


def _frames(samples: Samples) -> Samples:
    length = FRAME + RATE // LOWEST_HZ + 1
    if len(samples) < length:
        raise Unvoiced
    return np.lib.stride_tricks.sliding_window_view(samples, length)[::HOP]


def _loud(frames: Samples) -> NDArray[np.bool_]:
    """Which frames lie within 30 dB of the loudest and above -60 dBFS."""
    power = np.mean(np.square(frames), axis=1)
    return power > max(power.max() / 1000, 1e-6)


def _yin(frames: Samples) -> Samples:
    """A row of the frames' pitches in Hz and one of their aperiodicity.

    De Cheveigné and Kawahara, "YIN", 2002, steps 2 to 5.
    """
    difference = _difference(frames)
    lags = np.arange(1, difference.shape[1])
    mean = np.cumsum(difference[:, 1:], axis=1) / lags
    normal = np.ones_like(difference)
    np.divide(difference[:, 1:], mean, out=normal[:, 1:], where=mean > 0)
    lag = _first_dip(normal)
    return np.stack([RATE / _vertex(normal, lag), normal[np.arange(len(lag)), lag]])


def _difference(frames: Samples) -> Samples:
    """The squared difference of each frame's first FRAME samples with those a lag later, by lag."""
    size = 1024
    lags = frames.shape[1] - FRAME + 1
    head = np.fft.rfft(frames[:, :FRAME], size)
    product = np.fft.irfft(np.conj(head) * np.fft.rfft(frames, size), size)[:, :lags]
    total = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), axis=1)
    energy = total[:, FRAME:] - total[:, :-FRAME]
    return np.maximum(energy[:, :1] + energy - 2 * product, 0)


def _first_dip(normal: Samples) -> NDArray[np.intp]:
    """The first minimum about as deep as the deepest: the deepest may be a multiple of the period."""
    shortest = RATE // HIGHEST_HZ
    inner = normal[:, shortest:-1]
    valley = (inner <= normal[:, shortest - 1 : -2]) & (inner <= normal[:, shortest + 1 :])
    deep = inner < inner.min(axis=1, keepdims=True) + DIP
    return np.argmax(valley & deep, axis=1) + shortest


def _vertex(normal: Samples, lag: NDArray[np.intp]) -> Samples:
    """The lag of the parabola through the minimum and its neighbours."""
    row = np.arange(len(lag))
    before, at, after = normal[row, lag - 1], normal[row, lag], normal[row, lag + 1]
    curve = before - 2 * at + after
    shift = np.divide(before - after, 2 * curve, out=np.zeros_like(at), where=curve > 1e-9)
    return lag + np.clip(shift, -1, 1)


def _colour(frames: Samples) -> float:
    step = -(-len(frames) // FORMANT_FRAMES)
    formants = _formants(frames[::step])
    if len(formants) == 0:
        raise Unvoiced
    return float(np.exp(np.mean(np.log(np.median(formants, axis=0)))))


def _formants(frames: Samples) -> Samples:
    """The first three resonances in Hz of each frame that shows three, as rows."""
    window = np.hamming(frames.shape[1] - 1)
    emphasised = (frames[:, 1:] - 0.95 * frames[:, :-1]) * window
    roots = _roots(_predictor(emphasised.astype(np.float64)))
    hertz = np.angle(roots) * RATE / (2 * np.pi)
    bandwidth = -np.log(np.abs(roots)) * RATE / np.pi
    hertz = np.where((hertz > 200) & (hertz < 4500) & (bandwidth < 500), hertz, np.inf)
    lowest = np.sort(hertz, axis=1)[:, :3]
    return lowest[np.isfinite(lowest).all(axis=1)]


def _predictor(frames: Samples) -> Samples:
    """Linear prediction coefficients of each frame, by the autocorrelation method."""
    spectrum = np.abs(np.fft.rfft(frames, 2048)) ** 2
    correlation = np.fft.irfft(spectrum)[:, : LPC_ORDER + 1]
    correlation[:, 0] *= 1 + 1e-9
    lag = np.abs(np.subtract.outer(np.arange(LPC_ORDER), np.arange(LPC_ORDER)))
    return np.linalg.solve(correlation[:, lag], correlation[:, 1:, None])[..., 0]


def _roots(predictor: Samples) -> NDArray[np.complex128]:
    companion = np.zeros((len(predictor), LPC_ORDER, LPC_ORDER))
    companion[:, 0] = predictor
    companion[:, np.arange(1, LPC_ORDER), np.arange(LPC_ORDER - 1)] = 1
    return np.linalg.eigvals(companion).astype(np.complex128)
