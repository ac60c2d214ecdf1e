"""Backgrounds made of noise: our own, so nobody's licence; periodic, so they loop without a seam."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from perform.mixing import BED_LEVEL, FULL_SCALE
from voices.providers.base import SAMPLE_RATE

Signal = NDArray[np.floating]
SECONDS = 24
SIZE = SECONDS * SAMPLE_RATE
HERTZ = np.fft.rfftfreq(SIZE, 1 / SAMPLE_RATE).astype(np.float32)

DROPS = 5000
DROP_SIZE = SAMPLE_RATE // 20
DROP_PITCHES = np.geomspace(700, 6500, 32)


@cache
def make(name: str) -> NDArray[np.int16]:
    """One of BEDS as mono PCM at SAMPLE_RATE and BED_LEVEL; the same samples every time."""
    signal = _level(BEDS[name](np.random.default_rng(7)))
    return (np.clip(signal * 10 ** (BED_LEVEL / 20), -0.98, 0.98) * FULL_SCALE).astype(np.int16)


def fan(rng: np.random.Generator) -> Signal:
    """Rushing air that swings as the head turns, over the hum of the blades and the motor."""
    air = _noise(rng, _above(60) * _below(500))
    swing = 0.06 * _wave(1 / 6) + 0.08 * _drift(rng)
    hum = 0.09 * _wave(76) + 0.06 * _wave(120) + 0.03 * _wave(152)
    return air * (1 + swing) + hum


def rain(rng: np.random.Generator) -> Signal:
    """A soft shower: the hiss of far drops, and near ones that patter."""
    hiss = _noise(rng, _above(400) * np.sqrt(_below(3500)))
    return hiss * (1 + 0.15 * _drift(rng)) + 0.45 * _level(_drops(rng)) * (1 + 0.2 * _drift(rng))


def room(rng: np.random.Generator) -> Signal:
    """A quiet hall: what comes through the walls, and a breath of ventilation."""
    walls = _noise(rng, _above(30) * _below(120))
    vents = _noise(rng, _above(150) * _below(900))
    return walls * (1 + 0.12 * _drift(rng)) + 0.5 * vents


BEDS: dict[str, Callable[[np.random.Generator], Signal]] = {"fan": fan, "rain": rain, "room": room}


def _noise(rng: np.random.Generator, amplitude: Signal) -> Signal:
    """Noise with this amplitude at each of HERTZ, RMS 1; periodic, being a sum of whole waves."""
    waves = rng.standard_normal((len(HERTZ), 2), dtype=np.float32).view(np.complex64)[:, 0]
    return _level(np.fft.irfft(waves * amplitude, SIZE))


def _above(corner: float) -> Signal:
    squared = (HERTZ / np.float32(corner)) ** 2
    return squared / (squared + 1)


def _below(corner: float) -> Signal:
    return 1 / ((HERTZ / np.float32(corner)) ** 2 + 1)


def _level(signal: Signal) -> Signal:
    return signal / np.sqrt(np.mean(np.square(signal)))


def _wave(hertz: float) -> Signal:
    """A sine that fits the loop in whole turns."""
    turns = round(hertz * SECONDS)
    return np.sin(np.arange(SIZE, dtype=np.float32) % (SIZE / turns) * np.float32(2 * np.pi * turns / SIZE))


def _drift(rng: np.random.Generator) -> Signal:
    """A slow wandering between about -2 and 2, without a rhythm that the ear could follow."""
    time = np.arange(0, SECONDS, 0.05)
    turns = np.array([1, 2, 3, 5, 7, 11])
    angles = np.outer(time, turns) * (2 * np.pi / SECONDS) + rng.random(len(turns)) * 2 * np.pi
    path = np.sin(angles) @ rng.normal(0, 0.5, len(turns))
    return np.interp(np.arange(SIZE) / SAMPLE_RATE, time, path, period=SECONDS).astype(np.float32)


def _drops(rng: np.random.Generator) -> Signal:
    """Many small high drops, few big low ones, each a ring that dies within a few waves."""
    time = np.arange(DROP_SIZE) / SAMPLE_RATE
    rings = [np.sin(2 * np.pi * hertz * time) * np.exp(-time * hertz / 5) for hertz in DROP_PITCHES]
    kinds = (len(rings) * np.sqrt(rng.random(DROPS))).astype(int)
    track = np.zeros(SIZE + DROP_SIZE, np.float32)
    for at, kind, force in zip(
        rng.integers(0, SIZE, DROPS), kinds, rng.lognormal(0, 0.4, DROPS), strict=True
    ):
        track[at : at + DROP_SIZE] += force * rings[kind]
    track[:DROP_SIZE] += track[SIZE:]
    return track[:SIZE]
