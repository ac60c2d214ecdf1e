"""From uploaded bytes to one clean, judged, fingerprinted sample: no database, no disk, no network."""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from voices.decoding import RATE, Limits, Samples, decode
from voices.fingerprint import fingerprint
from voices.normalising import Digests, digests, encode_flac, normalise, without_rumble
from voices.quality import Measurements, Thresholds, measure, problems
from voices.rejection import Problem
from voices.speech import DETECTOR_RATE, probabilities, spans

PICTURE_POINTS = 200


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A sample ready to be kept. `problems` with a rejection among them mean: keep the measurements,
    not the sound.
    """

    flac: bytes
    digests: Digests
    seconds: float
    fingerprint: bytes
    measurements: Measurements
    problems: list[Problem]
    picture: list[int]
    """Peak of each of 200 equal stretches, 0–100, for drawing the wave."""

    @property
    def rejections(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "reject"]


@dataclass(frozen=True)
class Ear:
    """One recording as the filter, the judge and the fingerprint hear it."""

    clean: Samples
    low: Samples
    likely: NDArray[np.float32]


def listen(samples: Samples) -> Ear:
    clean = without_rumble(samples)
    low = soxr.resample(clean, RATE, DETECTOR_RATE)
    return Ear(clean, low, probabilities(low))


def prepare(
    data: bytes,
    *,
    limits: Limits,
    thresholds: Thresholds,
    deadline: float = float("inf"),
) -> Prepared:
    """Decode, judge and normalise one upload by `deadline`, an instant of time.monotonic().

    Raises: SampleRejected, when there is no recording to judge.
    """
    recording = decode(data, limits=limits, deadline=deadline)
    ear = listen(recording.samples)
    found = measure(recording, low=ear.low, likely=ear.likely)
    pcm = normalise(ear.clean, spans(ear.likely))
    flac = encode_flac(pcm)
    return Prepared(
        flac=flac,
        digests=digests(pcm, flac),
        seconds=len(pcm) / RATE,
        fingerprint=fingerprint(ear.low, ear.likely),
        measurements=found,
        problems=problems(found, thresholds),
        picture=picture(pcm),
    )


def picture(pcm: NDArray[np.int16]) -> list[int]:
    stretches = np.array_split(pcm, PICTURE_POINTS)
    peaks = [max(int(part.max(initial=0)), -int(part.min(initial=0))) for part in stretches]
    return [round(100 * peak / 32_768) for peak in peaks]
