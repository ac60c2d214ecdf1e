"""Where somebody speaks: the Silero detector, all windows of a recording in one call.

The network is small enough to be written out in NumPy. ONNX Runtime is no faster at it, and its
wheels report to their maker over the network.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DETECTOR_RATE = 16_000
WINDOW = 512
WINDOW_SECONDS = WINDOW / DETECTOR_RATE
CONTEXT = 64
"""Samples of the window before that the detector sees again."""
FRAME = 256
STRIDES = (1, 2, 2, 1)
UNITS = 128
BLAS_PARTS = 8
"""Products this small are not shared among BLAS threads, whose waiting costs more than the work."""
BEGIN, END = 0.5, 0.35
"""Speech begins at one probability and lasts until it falls below the other."""

WEIGHTS = Path(__file__).parent / "silero" / "silero_vad_16k.npz"

Floats = NDArray[np.float32]
Span = tuple[float, float]
"""Begin and end in seconds."""


@cache
def _weights() -> dict[str, Floats]:
    with np.load(WEIGHTS, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def probabilities(samples: Floats) -> Floats:
    """How likely somebody speaks, 0–1, for each window of samples at DETECTOR_RATE."""
    encoded = _spectra(samples)
    for layer, stride in enumerate(STRIDES):
        encoded = _convolved(encoded, layer, stride)
    heard = np.maximum(_remembered(encoded[:, 0]), 0)
    weights = _weights()
    evidence = heard @ weights["output_weight"][0, :, 0] + weights["output_bias"]
    return _sigmoid(evidence)


def _spectra(samples: Floats) -> Floats:
    """129 magnitudes at four instants of each window, whose end is mirrored."""
    count = -(-len(samples) // WINDOW)
    padded = np.pad(samples, (CONTEXT, count * WINDOW - len(samples)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + WINDOW)[::WINDOW]
    mirrored = np.concatenate([windows, windows[:, -2 : -CONTEXT - 2 : -1]], axis=1)
    frames = np.stack([mirrored[:, at : at + FRAME] for at in range(0, WINDOW, FRAME // 2)], axis=1)
    frames *= np.hanning(FRAME + 1)[:-1].astype(np.float32)
    return np.abs(np.fft.rfft(frames))


def _convolved(given: Floats, layer: int, stride: int) -> Floats:
    """One layer over (windows, instants, channels): three instants wide, rectified."""
    kernel = _weights()[f"encoder_{layer}_weight"]
    padded = np.pad(given, ((0, 0), (1, 1), (0, 0)))
    taps = [padded[:, tap : tap + given.shape[1] : stride] for tap in range(3)]
    columns = np.concatenate(taps, axis=2)
    flat = columns.reshape(-1, columns.shape[2]) @ kernel.transpose(2, 1, 0).reshape(-1, len(kernel))
    flat += _weights()[f"encoder_{layer}_bias"]
    return np.maximum(flat, 0, out=flat).reshape(*columns.shape[:2], -1)


def _remembered(given: Floats) -> Floats:
    """The states of the LSTM from rest, one for each window. Its gates stand in ONNX's order: input,
    output, forget, cell; a sigmoid is a tanh of half its argument, so that one call does all four.
    """
    weights = _weights()
    half = np.repeat(np.array([0.5, 0.5, 0.5, 1], np.float32), UNITS)
    bias = weights["lstm_bias"][: 4 * UNITS] + weights["lstm_bias"][4 * UNITS :]
    arriving = (given @ weights["lstm_input"].T + bias) * half
    recurrent = (weights["lstm_recurrent"] * half[:, None]).reshape(BLAS_PARTS, -1, UNITS)
    state, cell = np.zeros(UNITS, np.float32), np.zeros(UNITS, np.float32)
    states = np.empty((len(given), UNITS), np.float32)
    for at, gates in enumerate(arriving):
        bent = np.tanh(gates + (recurrent @ state).reshape(-1))
        into, out, keep = (bent[: 3 * UNITS].reshape(3, UNITS) + 1) * np.float32(0.5)
        cell = keep * cell + into * bent[3 * UNITS :]
        states[at] = state = out * np.tanh(cell)
    return states


def _sigmoid(evidence: Floats) -> Floats:
    return (np.tanh(evidence * np.float32(0.5)) + np.float32(1)) * np.float32(0.5)


def spans(likely: Floats) -> list[Span]:
    """Stretches of speech, in order."""
    inside = np.concatenate([[False], likely >= END, [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return [
        (begin * WINDOW_SECONDS, end * WINDOW_SECONDS)
        for begin, end in edges.reshape(-1, 2)
        if likely[begin:end].max() >= BEGIN
    ]
