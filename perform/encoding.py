"""Speech to MP3 while it arrives, and a judgement on whether it is speech at all."""

import math

import lameenc
import numpy as np

from voices.providers.base import SAMPLE_RATE

BITRATES = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
"""kb/s that MPEG-2 layer III allows at 24 kHz; lame would quietly take the nearest of them."""

LEAST_SEARCH = 9
"""lame's quickest quality. At 128 kb/s its search for what the ear would miss has nothing to gain: in the worst
5 ms of four recordings the noise is no higher than with 7, 5 and 2, in three quarters of the time of 5."""

WINDOW = SAMPLE_RATE // 20
AUDIBLE = -50.0  # dBFS of a window; speech lies near -20, the noise of a cheap microphone near -60
AUDIBLE_POWER = 10 ** (AUDIBLE / 10)
FASTEST = 40.0  # characters a second; hurried speech has 25
SLOWEST = 4.0
SHORTEST = 0.1
LONGEST_PAUSES = 3.0
LEAST_SMOOTHNESS = 0.3
FULL_SCALE = 32768.0


class Mp3Encoder:
    """One stream of s16le mono PCM at SAMPLE_RATE to constant-rate MP3.

    The bytes do not depend on how the PCM was cut into chunks of whole samples, and the first come after
    40 ms of it. Constant rate, because a stream has no header that tells its length: players work it out
    from the size.
    """

    def __init__(self, bitrate: int = 128) -> None:
        if bitrate not in BITRATES:
            raise ValueError(f"{bitrate} kb/s is not one of {BITRATES}")
        self._lame = lameenc.Encoder()
        self._lame.silence()
        self._lame.set_channels(1)
        self._lame.set_in_sample_rate(SAMPLE_RATE)
        self._lame.set_out_sample_rate(SAMPLE_RATE)
        self._lame.set_bit_rate(bitrate)
        self._lame.set_quality(LEAST_SEARCH)
        # Or the first sound would wait for lame's preparations, longer than for itself.
        self._lame.encode(b"")
        self._fed = False

    def feed(self, pcm: bytes) -> bytes:
        """The MP3 that is ready, perhaps none."""
        if not pcm:
            return b""
        self._fed = True
        return bytes(self._lame.encode(pcm))

    def finish(self) -> bytes:
        """What lame still holds; nothing may be fed afterwards."""
        return bytes(self._lame.flush()) if self._fed else b""


def id3(*, performance_id: str, voice_revision: int | None = None) -> bytes:
    """An ID3v2.4 tag to send before the first MP3 bytes: this is AI-generated speech, and which.

    No revision means the generic voice. Written here because mutagen, the usual library, is GPL.
    """
    frames = [
        _frame("COMM", b"eng", "", "AI-generated speech"),
        _frame("TXXX", b"", "AI_GENERATED", "true"),
        _frame("TXXX", b"", "PERFORMANCE_ID", performance_id),
    ]
    if voice_revision is not None:
        frames.append(_frame("TXXX", b"", "VOICE_REVISION", str(voice_revision)))
    body = b"".join(frames)
    return b"ID3\x04\x00\x00" + _synchsafe(len(body)) + body


def _frame(name: str, language: bytes, description: str, text: str) -> bytes:
    utf8 = b"\x03"
    body = utf8 + language + description.encode() + b"\x00" + text.encode()
    return name.encode() + _synchsafe(len(body)) + b"\x00\x00" + body


def _synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


class Hearing:
    """Listens along to s16le mono PCM at SAMPLE_RATE and judges whether it can be the speech of a text."""

    def __init__(self) -> None:
        self._rest = np.empty(0, np.int16)
        self._samples = 0
        self._audible_windows = 0
        self._loudest = 0.0
        self._energy = 0.0
        self._likeness = 0.0

    def feed(self, pcm: bytes) -> None:
        """Take the next chunk, of whole samples."""
        signal = np.concatenate([self._rest, np.frombuffer(pcm, "<i2")])
        self._samples += len(pcm) // 2
        whole = len(signal) // WINDOW * WINDOW
        self._rest = signal[whole:]
        if whole:
            self._listen(signal[:whole].reshape(-1, WINDOW) / FULL_SCALE)

    def _listen(self, windows: np.ndarray) -> None:
        windows -= windows.mean(axis=1, keepdims=True)  # a constant offset is not a sound
        power = np.einsum("ij,ij->i", windows, windows) / WINDOW
        self._loudest = max(self._loudest, float(power.max()))
        self._audible_windows += int(np.count_nonzero(power > AUDIBLE_POWER))
        self._energy += float(power.sum())
        self._likeness += float(np.einsum("ij,ij->", windows[:, 1:], windows[:, :-1])) / (WINDOW - 1)

    @property
    def seconds(self) -> float:
        return self._samples / SAMPLE_RATE

    @property
    def loudest(self) -> float:
        """dBFS (RMS) of the loudest whole window of 50 ms; -inf before there is one."""
        return 10 * math.log10(self._loudest) if self._loudest else -math.inf

    @property
    def smoothness(self) -> float:
        """Correlation of neighbouring samples: above 0.9 in speech, below 0.2 in noise.

        Bytes that are no PCM (an error page, MP3, samples cut in half) sound as noise.
        """
        return self._likeness / self._energy if self._energy else 0.0

    def is_speech(self, characters: int) -> bool:
        """Whether this can be a text of so many characters, as spoken: not silent, noise, cut or endless."""
        audible = self._audible_windows * WINDOW / SAMPLE_RATE
        return (
            audible >= max(SHORTEST, characters / FASTEST)
            and self.seconds <= LONGEST_PAUSES + characters / SLOWEST
            and self.smoothness > LEAST_SMOOTHNESS
        )
