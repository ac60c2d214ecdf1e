"""Which changes the fingerprint survives, and how far apart different recordings are.

python -m benchmarks.audio_fingerprint
"""

from itertools import combinations

import numpy as np
import soxr

from benchmarks.results import keep
from voices.decoding import RATE, Limits, Samples, decode
from voices.fingerprint import SAME_BELOW, difference, fingerprint
from voices.intake import listen
from voices.tests import sounds

PIECE_SECONDS = 20
"""Recordings are few, so halves of them serve as recordings of their own."""

RECODED = ["mp3", "mp3 of a telephone", "m4a", "ogg opus", "webm of a browser", "amr", "wav of µ-law"]


def pieces() -> list[Samples]:
    size = PIECE_SECONDS * RATE
    return [
        voice[start : start + size]
        for voice in map(sounds.spoken, sounds.NAMES)
        for start in range(0, len(voice) - size + 1, size)
    ]


def changed(voice: Samples) -> dict[str, Samples]:
    """The same recording after what phones and people do to it."""
    limits = Limits(min_seconds=1, max_bytes=1 << 26)
    quiet = np.zeros(RATE, np.float32)
    return {
        **{form: decode(sounds.encoded(voice, form), limits=limits).samples for form in RECODED},
        "6 dB louder, clipped": np.clip(voice * np.float32(2), -1, 1),
        "20 dB quieter": voice * np.float32(0.1),
        "37 ms later": np.concatenate([quiet[: RATE * 37 // 1000], voice]),
        "16 ms later": np.concatenate([quiet[: RATE * 16 // 1000], voice]),
        "3 s of silence before": np.concatenate([quiet, quiet, quiet, voice]),
        "first 5 s cut": voice[5 * RATE :],
        "white noise at 20 dB": sounds.over(voice, sounds.noise(voice), db=20),
        "white noise at 10 dB": sounds.over(voice, sounds.noise(voice), db=10),
        "1 % faster": soxr.resample(voice, RATE * 101, RATE * 100),
    }


def print_of(samples: Samples) -> bytes:
    ear = listen(samples)
    return fingerprint(ear.low, ear.likely)


def run() -> dict:
    prints = {}
    same: dict[str, list[float]] = {}
    for number, voice in enumerate(pieces()):
        prints[number] = print_of(voice)
        for change, samples in changed(voice).items():
            same.setdefault(change, []).append(difference(prints[number], print_of(samples)))
    different = [difference(prints[one], prints[other]) for one, other in combinations(prints, 2)]
    for change, found in same.items():
        print(f"{change:24} median {np.median(found):.3f} max {max(found):.3f}")
    print(f"{'different recordings':24} median {np.median(different):.3f} min {min(different):.3f}")
    missed = sum(each >= SAME_BELOW for found in same.values() for each in found)
    confused = sum(each < SAME_BELOW for each in different)
    total = sum(map(len, same.values()))
    print(f"missed {missed}/{total}, confused {confused}/{len(different)} (threshold {SAME_BELOW})")
    return {
        "missed": [missed, total],
        "confused": [confused, len(different)],
        "median_of_change": {change: float(np.median(found)) for change, found in same.items()},
        "nearest_of_different": min(different),
    }


if __name__ == "__main__":
    keep(__file__, run())
