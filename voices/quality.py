"""Is this recording good enough to spend one of the provider's places on?

`measure` takes every figure we judge by, `problems` says what they mean for the speaker. The
thresholds were tuned on clean and degraded real speech (benchmarks/audio_judge.py shows how they do).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voices.decoding import RATE, Recording, Samples
from voices.rejection import Problem, Severity
from voices.speech import BEGIN, WINDOW, WINDOW_SECONDS

MOST_DB = 80.0
"""Given for ratios to a silence that is digital."""
SILENT_DB = -120.0
SILENCE_BELOW_SPEECH_DB = 35.0
ROOM_PERCENTILE = 5

WADA_FIRST_DB, WADA_STEP_DB = -10, 2
WADA = (
    0.412, 0.415, 0.420, 0.429, 0.442, 0.462, 0.489, 0.523, 0.565, 0.614, 0.667, 0.724, 0.783, 0.841, 0.899,
    0.956, 1.009, 1.060, 1.108, 1.153, 1.194, 1.232, 1.267, 1.300, 1.330, 1.357, 1.382, 1.405, 1.426, 1.445,
    1.463, 1.479, 1.493, 1.507, 1.519, 1.530,
)  # fmt: skip
"""ln E|x| - E ln|x| of speech (amplitudes gamma distributed, shape 0.4) in Gaussian noise, for each
signal-to-noise ratio; Kim and Stern, Interspeech 2008."""

PEAK_BLOCK = 128
HEIGHTS = 40
FEWEST_PEAKS = 5
CLIPPED_RISE = 1.6
HEAP_WIDTH = 0.93

SPECTRUM = 2048
AUDIBLE_BELOW_PEAK_DB = 75.0


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """What was measured on one recording as it came, rumble apart. Shares are 0–1."""

    seconds: float
    speech_seconds: float
    speech_share: float
    silence_share: float
    """Of windows more than 35 dB below the voice."""
    level_db: float
    """RMS of the voice in dBFS."""
    snr_db: float
    """The voice above the quietest twentieth of the recording."""
    wada_db: float
    """The voice above noise that runs beneath it, from the distribution of its amplitudes."""
    clip_share: float
    bandwidth_hz: float
    source_rate: int
    source_channels: int
    container: str
    codec: str
    bad_packets: int
    score: int
    """0–100, to compare recordings of one person; nothing is decided by it."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Below (for shares of clipping and silence: above) `least`/`most` rejects, `good` warns."""

    least_speech_share: float = 0.5
    least_speech_seconds: float = 15.0
    least_snr_db: float = 15.0
    good_snr_db: float = 20.0
    least_wada_db: float = 8.0
    least_level_db: float = -50.0
    good_level_db: float = -40.0
    most_clip_share: float = 0.01
    good_clip_share: float = 0.003
    good_silence_share: float = 0.35
    good_bandwidth_hz: float = 5_000.0


def measure(recording: Recording, *, low: Samples, likely: NDArray[np.float32]) -> Measurements:
    """`low` is the recording without rumble at DETECTOR_RATE, `likely` the detector's answer to it."""
    windows = np.pad(low, (0, -len(low) % WINDOW)).reshape(-1, WINDOW)
    energies = np.square(windows, dtype=np.float32).mean(axis=1, dtype=np.float64)
    spoken = likely >= BEGIN
    voice = float(energies[spoken].mean()) if spoken.any() else 0.0
    figures = {
        "speech_seconds": float(spoken.sum()) * WINDOW_SECONDS,
        "speech_share": float(spoken.mean()),
        "silence_share": float((energies < voice * _power(-SILENCE_BELOW_SPEECH_DB)).mean()),
        "level_db": _db(voice),
        "snr_db": snr(energies, voice),
        "wada_db": wada(windows[spoken]),
        "clip_share": clip_share(recording.samples),
        "bandwidth_hz": bandwidth(recording.samples),
    }
    return Measurements(
        seconds=recording.seconds,
        **figures,
        source_rate=recording.source_rate,
        source_channels=recording.source_channels,
        container=recording.container,
        codec=recording.codec,
        bad_packets=recording.bad_packets,
        score=score(**figures),
    )


def snr(energies: NDArray[np.float64], voice: float) -> float:
    """Windows that are digitally silent say nothing of the room: they were gated or made by a codec."""
    heard = energies[energies > _power(-100)]
    if not len(heard) or not voice:
        return 0.0
    room = float(np.percentile(heard, ROOM_PERCENTILE))
    return float(np.clip(_db((voice - room) / room), -MOST_DB, MOST_DB)) if voice > room else -MOST_DB


def wada(spoken: NDArray[np.float32]) -> float:
    """`spoken` is a row for each window; every other sample is enough."""
    sizes = np.abs(spoken[:, ::2])
    sizes = sizes[sizes > 0]
    if not len(sizes):
        return float(WADA_FIRST_DB)
    shape = np.log(sizes.mean(dtype=np.float64)) - np.log(sizes).mean(dtype=np.float64)
    decibels = WADA_FIRST_DB + WADA_STEP_DB * np.arange(len(WADA))
    return float(np.interp(shape, WADA, decibels))


def clip_share(samples: Samples) -> float:
    """Share of samples where the wave was cut flat, 0 unless its peaks heap up at one height.

    A voice has ever fewer high peaks. Where it was clipped there is a heap of them, which lossy coding
    smears but does not level; equal neighbours, the usual sign, survive no codec.
    """
    sizes = np.abs(samples)
    peaks = sizes[: len(sizes) // PEAK_BLOCK * PEAK_BLOCK].reshape(-1, PEAK_BLOCK).max(axis=1)
    if not peaks.any():
        return 0.0
    top = 1.02 * float(np.quantile(peaks, 0.999))
    counts = np.histogram(peaks, HEIGHTS, (0, top))[0]
    upper = np.convolve(counts, np.ones(3) / 3, "valid")[HEIGHTS // 3 :]
    rises = np.where(upper >= FEWEST_PEAKS, upper / (np.minimum.accumulate(upper) + 2), 0)
    heap = int(np.argmax(rises))
    if rises[heap] < CLIPPED_RISE:
        return 0.0
    height = top * (HEIGHTS // 3 + heap + 1.5) / HEIGHTS
    return float((sizes > HEAP_WIDTH * height).mean())


def bandwidth(samples: Samples) -> float:
    """The highest frequency, in Hz, that still carries something of the sound."""
    blocks = samples[: len(samples) // SPECTRUM * SPECTRUM].reshape(-1, SPECTRUM)[::4]
    if not len(blocks):
        return 0.0
    spectrum = np.square(np.abs(np.fft.rfft(blocks * np.hanning(SPECTRUM).astype(np.float32))))
    power = np.convolve(spectrum.mean(axis=0, dtype=np.float64), np.ones(9) / 9, "same")
    carried = np.flatnonzero(power > power.max() * _power(-AUDIBLE_BELOW_PEAK_DB))
    return float(carried[-1] * RATE / SPECTRUM) if power.max() > 0 else 0.0


RANGES = {
    "speech_seconds": (15, 40),
    "speech_share": (0.4, 0.8),
    "silence_share": (0.6, 0.25),
    "level_db": (-50, -30),
    "snr_db": (10, 40),
    "wada_db": (5, 18),
    "clip_share": (0.01, 0.0),
    "bandwidth_hz": (3_000, 8_000),
}
"""From worthless to as good as it needs to be."""


def score(**figures: float) -> int:
    """Half the weakest figure, half the average: one bad thing spoils a recording."""
    parts = [
        min(max((figures[name] - worst) / (best - worst), 0.0), 1.0) for name, (worst, best) in RANGES.items()
    ]
    return round(50 * min(parts) + 50 * sum(parts) / len(parts))


def problems(found: Measurements, thresholds: Thresholds) -> list[Problem]:
    """What the speaker should know, rejections first."""
    limits = thresholds
    if found.speech_share < limits.least_speech_share or found.speech_seconds < limits.least_speech_seconds:
        return [_too_little_speech(found, limits)]
    met = [
        _low("too_quiet", found.level_db, limits.least_level_db, limits.good_level_db),
        _low("too_noisy", found.snr_db, limits.least_snr_db, limits.good_snr_db),
        _low("noise_under_voice", found.wada_db, limits.least_wada_db, limits.least_wada_db),
        _low(
            "clipped", -100 * found.clip_share, -100 * limits.most_clip_share, -100 * limits.good_clip_share
        ),
        _low("pauses", -found.silence_share, -1.0, -limits.good_silence_share),
        _low("muffled", found.bandwidth_hz, 0.0, limits.good_bandwidth_hz),
        _low("gaps", -found.bad_packets, float("-inf"), 0.0),
    ]
    return sorted(filter(None, met), key=lambda problem: problem.severity != "reject")


def _low(code: str, value: float, least: float, good: float) -> Problem | None:
    if value >= good:
        return None
    severity: Severity = "reject" if value < least else "warn"
    return Problem(code, severity, {"value": abs(value), "least": abs(least), "good": abs(good)})


def _too_little_speech(found: Measurements, limits: Thresholds) -> Problem:
    if found.speech_seconds < 1:
        return Problem("no_speech")
    figures = {"value": found.speech_seconds, "of": found.seconds, "least": limits.least_speech_seconds}
    return Problem("too_little_speech", figures=figures)


def _power(db: float) -> float:
    return float(10 ** (db / 10))


def _db(power: float) -> float:
    return float(10 * np.log10(max(power, _power(SILENT_DB))))
