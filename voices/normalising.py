"""One clean, stable form of a recording: the same bytes whenever the same samples go in.

No random numbers, no dither, no threads and no BLAS, whose sums depend on both; only the order of
operations written here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.codec.context import Flags
from numpy.typing import NDArray

from voices import loudness
from voices.decoding import RATE, Samples
from voices.filtering import CHUNK, filtered, high_pass
from voices.speech import Span

PIPELINE = f"thoughtvoice-1/{RATE}"
"""Names every choice below; whoever changes one gives it a new number."""

RUMBLE_HZ = 60.0
EDGE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 1.2
KEPT_PAUSE_SECONDS = 0.8
FADE = RATE // 100

TARGET_LUFS = -20.0
CEILING_DBTP = -3.0
CEILING_MARGIN_DB = 0.1
"""For what the gain's own movement and the rounding to 16 bit add."""
MOST_GAIN_DB = 40.0
"""Beyond this there is no voice to lift, only the noise of the microphone."""

GAIN_BLOCK = 30
"""0.7 ms; a whole number of them make the 100 ms of which loudness is reckoned."""
LOOK_BLOCKS = 15
"""10 ms: the gain is down before a peak comes and stays until it has gone."""
MOST_TURNS, CLOSE_ENOUGH_DB = 6, 0.02
MOST_BETWEEN = 0.7
"""A wave may pass its samples by 3 dB (a quarter of the rate, sampled at its worst), so lower peaks than
this share of the ceiling need no closer look."""
MOST_MAKE_UP_DB = 6.0
"""Limiting harder to be louder stops here: a voice pressed flat is worse than a quiet one."""


def without_rumble(samples: Samples) -> Samples:
    """The samples without direct current, handling noise and hum below every voice."""
    return filtered(samples, high_pass(RUMBLE_HZ, rate=RATE), rate=RATE)


def normalise(clean: Samples, speech: Sequence[Span]) -> NDArray[np.int16]:
    """Edges trimmed and long pauses cut, at TARGET_LUFS and under CEILING_DBTP, rounded to 16 bit.

    `clean` has been through `without_rumble`; `speech` says where somebody speaks: without any, nothing
    is trimmed.
    """
    return _rounded(level(_joined(clean, kept(speech, len(clean) / RATE))))


def kept(speech: Sequence[Span], seconds: float) -> list[Span]:
    """What stays of a recording of this length: speech with short edges and pauses."""
    if not speech:
        return [(0.0, seconds)]
    half = KEPT_PAUSE_SECONDS / 2
    cuts = [
        (before[1] + half, after[0] - half)
        for before, after in pairwise(speech)
        if after[0] - before[1] > LONGEST_PAUSE_SECONDS
    ]
    first, last = max(0.0, speech[0][0] - EDGE_SECONDS), min(seconds, speech[-1][1] + EDGE_SECONDS)
    begins = [first, *(end for _, end in cuts)]
    ends = [*(begin for begin, _ in cuts), last]
    return list(zip(begins, ends, strict=True))


def _joined(samples: Samples, spans: Sequence[Span]) -> Samples:
    """The spans one after another, each faded at both ends so that no joint clicks."""
    ramp = np.linspace(0, 1, FADE, dtype=np.float32)
    parts = [samples[round(begin * RATE) : round(end * RATE)].copy() for begin, end in spans]
    for part in parts:
        fade = ramp[: len(part)]
        part[: len(fade)] *= fade
        part[len(part) - len(fade) :] *= fade[::-1]
    return np.concatenate(parts)


def level(samples: Samples) -> Samples:
    """Raise or lower to the target; what would pass the ceiling is turned down around its peak."""
    padded = np.pad(samples, (0, -len(samples) % GAIN_BLOCK))
    energies = loudness.weighted_energies(padded, rate=RATE, block=GAIN_BLOCK)
    ceiling = _ratio(CEILING_DBTP - CEILING_MARGIN_DB)
    most = _ratio(min(TARGET_LUFS - _lufs(energies) + MOST_MAKE_UP_DB, MOST_GAIN_DB))
    peaks = loudness.block_peaks(padded, block=GAIN_BLOCK, above=ceiling / most * MOST_BETWEEN)
    gains = _settled_gains(peaks, energies, ceiling)
    padded *= _per_sample(gains)
    return padded[: len(samples)]


def _settled_gains(
    peaks: NDArray[np.float32], energies: NDArray[np.float64], ceiling: float
) -> NDArray[np.float32]:
    """A gain for each block. Limiting takes loudness away, so the target is approached a few times."""
    start_db = gain_db = min(TARGET_LUFS - _lufs(energies), MOST_GAIN_DB)
    for _ in range(MOST_TURNS):
        gains = _limited(peaks * np.float32(_ratio(gain_db)), ceiling) * np.float32(_ratio(gain_db))
        missing = TARGET_LUFS - _lufs(energies * np.square(gains, dtype=np.float64))
        if abs(missing) < CLOSE_ENOUGH_DB:
            break
        gain_db = min(gain_db + missing, start_db + MOST_MAKE_UP_DB, MOST_GAIN_DB)
    return gains


def _lufs(energies: NDArray[np.float64]) -> float:
    blocks = RATE // 10 // GAIN_BLOCK
    return loudness.gated(energies[: len(energies) // blocks * blocks].reshape(-1, blocks).mean(axis=1))


def _limited(peaks: NDArray[np.float32], ceiling: float) -> NDArray[np.float32]:
    """The smooth gain, at most 1, that keeps every block's peak under the ceiling."""
    wanted = np.minimum(1, ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
    lowest = _around(wanted, LOOK_BLOCKS + 1).min(axis=0)
    gains: NDArray[np.float32] = _around(lowest, LOOK_BLOCKS).mean(axis=0, dtype=np.float32)
    return gains


def _around(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Row i holds every value's neighbour at distance i - reach; the outermost values go on for ever."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, len(values))


def _per_sample(gains: NDArray[np.float32]) -> NDArray[np.float32]:
    """Straight lines from block to block."""
    padded = np.pad(gains, 1, mode="edge")
    edges = (padded[1:] + padded[:-1]) / np.float32(2)
    ramp = (np.arange(GAIN_BLOCK, dtype=np.float32) + np.float32(0.5)) / np.float32(GAIN_BLOCK)
    return (edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * ramp).reshape(-1)


def _ratio(db: float) -> float:
    return float(10 ** (db / 20))


def _rounded(samples: Samples) -> NDArray[np.int16]:
    scaled = samples * np.float32(32_768)
    np.rint(scaled, out=scaled)
    return np.clip(scaled, -32_768, 32_767, out=scaled).astype(np.int16)


def encode_flac(pcm: NDArray[np.int16]) -> bytes:
    """16 bit mono FLAC at RATE: equal samples give equal bytes."""
    file = BytesIO()
    with av.open(file, "w", format="flac", container_options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        stream.codec_context.format = "s16"
        stream.codec_context.flags |= Flags.bitexact
        for start in range(0, len(pcm), CHUNK):
            frame = AudioFrame.from_ndarray(pcm[None, start : start + CHUNK], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@dataclass(frozen=True, kw_only=True)
class Digests:
    """`sample_hash` is over the stored bytes; `pcm_hash` over the samples and the pipeline's name, so it
    outlives a change of encoder.
    """

    sample_hash: str
    bytes_len: int
    pcm_hash: str


def digests(pcm: NDArray[np.int16], flac: bytes) -> Digests:
    named = hashlib.blake2b(pcm.tobytes(), key=PIPELINE.encode(), digest_size=32)
    return Digests(
        sample_hash=hashlib.sha256(flac).hexdigest(), bytes_len=len(flac), pcm_hash=named.hexdigest()
    )
