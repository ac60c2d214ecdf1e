"""Real recordings, put into every format a phone may send and spoilt in every way a room may."""

from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import soxr
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from voices.decoding import RATE, Samples
from voices.intake import listen

RECORDINGS = Path(__file__).parents[1] / "recordings"
NAMES = ["en_f_allison_1", "es_f_allison_1", "it_m_carlo_1", "ru_f_ivrvoice_1", "en_m_librivox"]


@dataclass(frozen=True)
class Format:
    container: str
    codec: str
    rate: int = 44_100
    channels: int = 1
    bit_rate: int | None = None
    options: dict[str, str] = field(default_factory=dict)


FORMATS = {
    "m4a": Format("ipod", "aac", bit_rate=64_000),
    "mp4 in fragments": Format(
        "mp4", "aac", 48_000, 2, 96_000, {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    ),
    "m4a lossless": Format("ipod", "alac"),
    "aac": Format("adts", "aac", bit_rate=64_000),
    "mp3": Format("mp3", "libmp3lame", bit_rate=128_000),
    "mp3 of a telephone": Format("mp3", "libmp3lame", 16_000, bit_rate=32_000),
    "wav": Format("wav", "pcm_s16le"),
    "wav of 24 bit stereo": Format("wav", "pcm_s24le", 48_000, 2),
    "wav of floats": Format("wav", "pcm_f32le", 48_000),
    "wav of µ-law": Format("wav", "pcm_mulaw", 8_000),
    "wav of 8 bit": Format("wav", "pcm_u8", 22_050),
    "wav RF64": Format("wav", "pcm_s16le", options={"rf64": "always"}),
    "aiff": Format("aiff", "pcm_s16be"),
    "caf": Format("caf", "pcm_s16le"),
    "ogg opus": Format("ogg", "libopus", 48_000, bit_rate=32_000),
    "ogg vorbis": Format("ogg", "vorbis", channels=2, options={"strict": "experimental"}),
    "ogg flac": Format("ogg", "flac"),
    "webm of a browser": Format("webm", "libopus", 48_000, bit_rate=32_000, options={"live": "1"}),
    "flac": Format("flac", "flac", 16_000),
    "3gp of a phone call": Format("3gp", "libopencore_amrnb", 8_000, bit_rate=12_200),
    "amr": Format("amr", "libopencore_amrnb", 8_000, bit_rate=12_200),
}


@cache
def spoken(name: str = "en_f_allison_1", *, rate: int = RATE, seconds: float | None = None) -> Samples:
    """One of our recordings, read only."""
    with av.open(RECORDINGS / f"{name}.flac") as container:
        pcm = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    samples = soxr.resample(pcm.astype(np.float32) / 32_768, 16_000, rate)[: int((seconds or 60) * rate)]
    samples.flags.writeable = False
    return samples


def encoded(samples: Samples, form: Format | str = "wav", *, rate: int = RATE) -> bytes:
    """The samples as a file of that format."""
    form = FORMATS[form] if isinstance(form, str) else form
    at_rate = soxr.resample(samples, rate, form.rate) if rate != form.rate else samples
    layout = "stereo" if form.channels == 2 else "mono"
    file = BytesIO()
    with av.open(file, "w", format=form.container, container_options=form.options) as container:
        stream = container.add_stream(form.codec, rate=form.rate, layout=layout, options=form.options)
        assert isinstance(stream, AudioStream)
        if form.bit_rate:
            stream.bit_rate = form.bit_rate
        planes = np.ascontiguousarray(np.tile(at_rate, (form.channels, 1)), dtype=np.float32)
        for start in range(0, planes.shape[1], form.rate):
            part = np.ascontiguousarray(planes[:, start : start + form.rate])
            frame = AudioFrame.from_ndarray(part, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = form.rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def noise(samples: Samples, seed: int = 1) -> Samples:
    """As much white noise, up to 8 kHz like our recordings, so that the ratios hold within their band."""
    white = np.random.default_rng(seed).standard_normal(len(samples) * 16_000 // RATE + 2)
    return soxr.resample(white.astype(np.float32), 16_000, RATE)[: len(samples)]


def over(voice: Samples, other: Samples, *, db: float) -> Samples:
    """The other sound under the voice: the voice where it speaks is so many dB above it."""
    frames = voice[: len(voice) // 640 * 640].reshape(-1, 640)
    energies = np.square(frames).mean(axis=1)
    speaking = energies[energies > energies.max() * 1e-4].mean()
    gain = np.sqrt(speaking / np.square(other).mean() / 10 ** (db / 10))
    return (voice + np.resize(other, len(voice)) * gain).astype(np.float32)


def clipped(voice: Samples, share: float) -> Samples:
    """So much driven into full scale that this share of the samples is cut."""
    limit = np.quantile(np.abs(voice), 1 - share)
    return (np.clip(voice, -limit, limit) * (0.9 / limit)).astype(np.float32)


def with_pauses(voice: Samples, share: float, *, parts: int = 6, rate: int = RATE) -> Samples:
    """As long as before, this share of it near-silent pauses."""
    said = np.array_split(voice[: int(len(voice) * (1 - share))], parts)
    pause = noise(voice[: int(len(voice) * share / parts)]) * np.float32(1e-4)
    return np.concatenate([each for part in said for each in (part, pause)])


def music(seconds: float = 24.0, *, seed: int = 0, rate: int = RATE) -> Samples:
    """Eight chords of decaying harmonics, each with a drum, again and again: no voice in it."""
    random = np.random.default_rng(seed)
    at = np.arange(int(rate * (0.45 + 0.1 * seed))) / rate
    drum = random.standard_normal(len(at)) * np.exp(-at * 150)
    roots = 110 * 2 ** (random.integers(0, 12, 8) / 12)
    chords = [drum + _notes(root * np.array([1, 1.26, 1.498, 2]), at) for root in roots]
    sound = np.resize(np.concatenate(chords), int(seconds * rate))
    return (sound / np.abs(sound).max() / 2).astype(np.float32)


def _notes(hz: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    harmonics = np.arange(1, 6)[:, None, None]
    waves = np.sin(2 * np.pi * hz[:, None] * harmonics * at) * np.exp(-at * (2 + harmonics))
    total: NDArray[np.float64] = (waves / harmonics**1.3).sum(axis=(0, 1))
    return total


def tone(seconds: float = 35.0, *, hz: float = 440.0, rate: int = RATE) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def low_and_likely(samples: Samples) -> tuple[Samples, NDArray[np.float32]]:
    """What the judge and the fingerprint are given."""
    ear = listen(samples)
    return ear.low, ear.likely


@cache
def file_of(form: str, *, name: str = "en_f_allison_1", seconds: float = 4.0) -> bytes:
    """The beginning of one of our recordings in that format."""
    return encoded(spoken(name, seconds=seconds), form)
