"""A background bed under speech: a loop prepared once, and a mix that keeps step with the stream."""

import math
import warnings

import numpy as np
from numpy.typing import NDArray

from voices.providers.base import SAMPLE_RATE

with warnings.catch_warnings():
    # pydub warns of audioop, gone in Python 3.13 (audioop-lts fills in), and of ffmpeg, which we never call
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

BED_LEVEL = -20.0
"""dBFS (RMS) of every prepared bed, about that of speech: at full volume both are as loud."""

Signal = NDArray[np.floating]

CROSSFADE_MS = 1000
SHORTEST_MS = 3000
BLOCK = SAMPLE_RATE // 100
FADE_IN = SAMPLE_RATE // 4
FADE_OUT = SAMPLE_RATE * 4 // 5
DUCKED = 0.5
SPEECH = 10 ** (-45 / 10)
ATTACK, RELEASE = (1 - math.exp(-BLOCK / SAMPLE_RATE / seconds) for seconds in (0.03, 0.5))
KNEE = np.float32(0.8)
FULL_SCALE = np.float32(32768)
RAMP = np.arange(1, BLOCK + 1, dtype=np.float32) / BLOCK


def seamless(bed: NDArray[np.int16]) -> NDArray[np.int16]:
    """A bed at BED_LEVEL, without offset, whose end runs into its beginning; a second shorter than given.

    Peaks are never clipped for the level: a bed with a bang in it stays quieter.
    Raises: ValueError, with a sentence to show, for a bed that is silent or too short.
    """
    segment = _segment(bed).remove_dc_offset()
    if len(segment) < SHORTEST_MS:
        raise ValueError(f"A background must last at least {SHORTEST_MS // 1000} seconds.")
    if not segment.rms:
        raise ValueError("A background must not be silent.")
    loop = _crossfaded(segment)
    return _samples(loop.apply_gain(min(BED_LEVEL - loop.dBFS, -loop.max_dBFS)))


def _crossfaded(bed: AudioSegment) -> AudioSegment:
    # By halves to -3 dB and to nothing: the one straight line of append(crossfade=…) loses 3 dB of noise
    # in the middle, which is heard as a breath at every turn of the loop.
    half, whole = CROSSFADE_MS // 2, CROSSFADE_MS
    head, middle, tail = bed[:whole], bed[whole:-whole], bed[-whole:]
    rising = head.fade(from_gain=-3, start=half, end=whole).fade(from_gain=-120, start=0, end=half)
    falling = tail.fade(to_gain=-3, start=0, end=half).fade(to_gain=-120, start=half, end=whole)
    return middle + falling.overlay(rising)


def _segment(pcm: NDArray[np.int16]) -> AudioSegment:
    return AudioSegment(pcm.astype("<i2").tobytes(), sample_width=2, frame_rate=SAMPLE_RATE, channels=1)


def _samples(segment: AudioSegment) -> NDArray[np.int16]:
    return np.frombuffer(segment.raw_data, "<i2").astype(np.int16)


class Mixer:
    """Lays a seamless bed under one stream of s16le mono PCM at SAMPLE_RATE.

    The bed fades in, steps back while someone speaks and fades out after the last word. The result does
    not depend on how the speech was cut into chunks of whole samples, never clips, and is at most one
    block of 10 ms behind. Without a bed, or at volume 0, the speech passes untouched and at once.
    """

    def __init__(self, bed: NDArray[np.int16] | None, volume: float) -> None:
        self._bed = bed if bed is not None and len(bed) and volume > 0 else None
        self._volume = volume**2  # a fader that feels even to the ear
        self._rest = b""
        self._position = 0
        self._end = math.inf
        self._ducking = 1.0

    def feed(self, pcm: bytes) -> bytes:
        """The mix of all whole blocks fed so far."""
        if self._bed is None:
            return pcm
        pcm = self._rest + pcm
        whole = len(pcm) // (2 * BLOCK) * (2 * BLOCK)
        self._rest = pcm[whole:]
        return self._mix(self._bed, pcm[:whole]) if whole else b""

    def finish(self) -> bytes:
        """The last of the speech and the bed fading out; nothing may be fed afterwards."""
        if self._bed is None or not (self._position or self._rest):
            return b""
        self._end = self._position + len(self._rest) // 2 + FADE_OUT
        return self.feed(bytes(2 * (FADE_OUT + BLOCK)))

    def _mix(self, bed: NDArray[np.int16], pcm: bytes) -> bytes:
        speech = np.frombuffer(pcm, "<i2").reshape(-1, BLOCK)
        time = self._position + np.arange(speech.size).reshape(speech.shape)
        level = self._fade(time) * self._duck(speech) * np.float32(self._volume)
        mixed = (speech + bed.take(time, mode="wrap") * level) / FULL_SCALE
        self._position += speech.size
        return np.rint(soft_knee(mixed) * (FULL_SCALE - 1)).astype("<i2").tobytes()

    def _fade(self, time: NDArray[np.int64]) -> Signal | np.float32:
        if self._position >= FADE_IN and self._end == math.inf:
            return np.float32(1)
        fade = np.minimum(time / FADE_IN, (self._end - time) / FADE_OUT)
        return np.clip(fade, 0, 1).astype(np.float32)

    def _duck(self, speech: NDArray[np.int16]) -> Signal:
        """The bed's gain at every sample: a line from block to block after an envelope of the speech."""
        power = np.square(speech, dtype=np.int64).sum(axis=1) / (BLOCK * float(FULL_SCALE) ** 2)
        gains = [self._ducking]
        for speaking in power > SPEECH:
            gap = (DUCKED if speaking else 1.0) - gains[-1]
            gains.append(gains[-1] + gap * (ATTACK if gap < 0 else RELEASE))
        self._ducking = gains[-1]
        line = np.array(gains, np.float32)[:, np.newaxis]
        return line[:-1] + np.diff(line, axis=0) * RAMP


def soft_knee(signal: Signal) -> Signal:
    """Bend what lies above KNEE towards 1, so that nothing clips; without memory, so without pumping."""
    size = np.abs(signal)
    if size.max() <= KNEE:
        return signal
    over = np.maximum(size - KNEE, 0)
    bent = size - over + over / (1 + over / (1 - KNEE))
    return np.copysign(bent, signal)
