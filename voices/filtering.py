"""Second-order filters, run by FFmpeg in double precision: as fast as scipy.signal, whose import alone
takes longer than all we do to a recording."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import cos, pi, sin

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

Section = tuple[float, float, float, float, float]
"""b0, b1, b2, a1, a2 of one biquad; a0 is 1."""

CHUNK = 65_536


def filtered(samples: NDArray[np.float32], sections: Sequence[Section], *, rate: int) -> NDArray[np.float32]:
    """The samples through all sections, from rest; as long as they were."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout="mono", time_base=Fraction(1, rate))
    biquads = [graph.add("biquad", _arguments(section)) for section in sections]
    form = graph.add("aformat", "sample_fmts=fltp")
    sink = graph.add("abuffersink")
    for one, next_one in pairwise([source, *biquads, form, sink]):
        one.link_to(next_one)
    graph.configure()
    out = np.empty_like(samples)
    for start in range(0, len(samples), CHUNK):
        frame = AudioFrame.from_ndarray(samples[None, start : start + CHUNK], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = rate, start
        graph.push(frame)
        out[start : start + CHUNK] = graph.pull().to_ndarray()[0]
    return out


def _arguments(section: Section) -> str:
    names = ("b0", "b1", "b2", "a1", "a2")
    values = ":".join(f"{name}={value:.17g}" for name, value in zip(names, section, strict=True))
    return f"{values}:a0=1:precision=f64"


def high_pass(frequency: float, *, rate: int) -> list[Section]:
    """Butterworth of the fourth order: -3 dB at `frequency`, -24 dB an octave below."""
    return [_high_pass_section(frequency, q, rate) for q in (0.541_196_1, 1.306_563_0)]


def _high_pass_section(frequency: float, q: float, rate: int) -> Section:
    angle = 2 * pi * frequency / rate
    alpha = sin(angle) / (2 * q)
    b, a0 = (1 + cos(angle)) / 2, 1 + alpha
    return b / a0, -2 * b / a0, b / a0, -2 * cos(angle) / a0, (1 - alpha) / a0
