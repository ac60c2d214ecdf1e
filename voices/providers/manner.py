"""How a clone and a delivery become parameters of espeak-ng, and how its samples are to be played.

The tables were measured with voices.pitch on espeak-ng 1.52 (espeakng-loader 0.2.4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from voices.providers.base import Delivery, Sex

WORDS_A_MINUTE = 165
WOMAN_ABOVE_HZ = 155
SPEEDS = 0.9, 1.12
"""How far playback may be slowed or quickened; beyond, espeak-ng's voices stop sounding human."""

PITCHES = 0, 12, 25, 37, 50, 62, 75, 87, 99
HERTZ: Mapping[Sex, Sequence[float]] = {
    "female": (134.5, 144.7, 159, 175, 196.5, 220, 250.6, 286, 324.3),
    "male": (76, 80.5, 89, 97.4, 107, 119.3, 135.3, 153, 173.7),
}
"""Median pitch of speech at espeak-ng's pitch parameter; the two languages differ by under 2 %."""
HERTZ_PER_RANGE = 0.003
"""By which share the median rises with each point of espeak-ng's range parameter above 50."""
DECIBELS_PER_PITCH = 0.036
"""How much louder speech becomes with each point of espeak-ng's pitch parameter."""
LOUDNESS = -20.0
"""dBFS, RMS over the frames that hold speech."""


@dataclass(frozen=True)
class Base:
    """A voice of espeak-ng with its measured colour and loudness (dBFS at pitch 50)."""

    voice: str
    colour: float
    loudness: float


BASES: Mapping[tuple[str, Sex], Base] = {
    ("en", "female"): Base("en-us+f2", 1325, -18.6),
    ("en", "male"): Base("en-us+m3", 1150, -20.2),
    ("es", "female"): Base("es-419+f2", 1375, -19.4),
    ("es", "male"): Base("es-419+m3", 1160, -21.0),
}


@dataclass(frozen=True, kw_only=True)
class Clone:
    """Measured pitch and colour, and the factors that keep apart two people who measure the same."""

    f0_hz: float
    colour: float
    f0_shift: float
    colour_shift: float


@dataclass(frozen=True, kw_only=True)
class Manner:
    """What espeak-ng is asked for, and how its samples are played: `speed` moves the formants, and pitch
    and rate are chosen so that it moves nothing else."""

    voice: str
    pitch: int
    range: int
    rate: int
    speed: float
    gain: float


def choose(clone: Clone | None, delivery: Delivery) -> Manner:
    sex, hertz = delivery.sex, None
    if clone:
        hertz = clone.f0_hz * clone.f0_shift
        sex = "female" if hertz > WOMAN_ABOVE_HZ else "male"
    base = BASES[delivery.language, sex]
    speed = 1.0
    if clone:
        shift = clone.colour * clone.colour_shift / base.colour
        speed = float(np.clip(shift, *SPEEDS)) ** delivery.similarity
    span = round(50 + 30 * delivery.style + 20 * (0.5 - delivery.stability))
    level = _pitch(sex, hertz, span, speed)
    return Manner(
        voice=base.voice,
        pitch=level,
        range=span,
        rate=round(WORDS_A_MINUTE * delivery.speed / speed),
        speed=speed,
        gain=10 ** ((LOUDNESS - base.loudness - DECIBELS_PER_PITCH * (level - 50)) / 20),
    )


def _pitch(sex: Sex, hertz: float | None, span: int, speed: float) -> int:
    """The pitch parameter at which speech comes out at `hertz`, or the voice's own."""
    if hertz is None:
        return 50
    wanted = hertz / speed / (1 + HERTZ_PER_RANGE * (span - 50))
    return round(float(np.interp(np.log(wanted), np.log(HERTZ[sex]), PITCHES)))
