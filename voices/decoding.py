"""From uploaded bytes to samples, bounded while it happens.

Headers lie, so nothing here believes one: what is counted is what was decoded. The bytes are read
from memory by one demuxer that the content named, so no second file or address is ever opened.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any

import av
import numpy as np
import soxr
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from numpy.typing import NDArray

from voices.rejection import refusal
from voices.sniffing import sniff

RATE = 44_100
"""Hz of every sample we keep: all that a phone's recorder caught (its AAC and Opus end near 16–20 kHz)."""

Samples = NDArray[np.float32]
"""One channel at full scale 1.0."""

CODECS = (
    "aac,alac,flac,opus,libopus,vorbis,mp3,mp3float,amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,"
    "pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"
    "pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt"
)
DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
"""FFmpeg's sample formats in NumPy's words."""
BROKEN = (FFmpegError, UnicodeDecodeError, ValueError, MemoryError, OverflowError, IndexError)
"""What FFmpeg and its binding raise on broken files."""
LOUDEST = 8.0
"""Float files may pass full scale; beyond this a value is damage and would swamp every measurement."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What we are willing to read. Encoders pad, so lengths are taken with `slack_seconds`."""

    max_bytes: int = 3 * 1024 * 1024
    min_seconds: float = 30.0
    max_seconds: float = 60.0
    slack_seconds: float = 1.0
    max_channels: int = 8
    min_rate: int = 8_000
    max_rate: int = 192_000
    max_bad_packets: int = 50


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Decoded sound at RATE, and what it was when it came."""

    samples: Samples
    container: str
    codec: str
    source_rate: int
    source_channels: int
    bad_packets: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def decode(data: bytes, *, limits: Limits, deadline: float = float("inf")) -> Recording:
    """Decode to one channel at RATE; give up at `deadline`, an instant of time.monotonic().

    Raises: SampleRejected (`too_big`, `empty`, `not_audio`, `unrecognised`, `unsupported`, `no_audio`,
    `damaged`, `too_slow`, `too_long`, `too_short`).
    """
    if len(data) > limits.max_bytes:
        raise refusal("too_big", megabytes=len(data) / 1e6, most=limits.max_bytes / 1e6)
    demuxer = sniff(data)
    try:
        with open_container(data, demuxer) as container:
            recording = _read(container, demuxer, limits, deadline)
    except BROKEN as broken:
        raise refusal("damaged") from broken
    if recording.seconds < limits.min_seconds - limits.slack_seconds:
        bounds = {"least": limits.min_seconds, "most": limits.max_seconds}
        raise refusal("too_short", seconds=recording.seconds, **bounds)
    return recording


def open_container(data: bytes, demuxer: str) -> InputContainer:
    """Three fences, each enough: the one demuxer, no other inside it, and no way to open anything else."""
    return av.open(
        BytesIO(data),
        "r",
        format=demuxer,
        container_options={"format_whitelist": demuxer, "codec_whitelist": CODECS},
        metadata_errors="ignore",
        io_open=_refuse_to_open,
    )


def _refuse_to_open(url: str, flags: int, options: Any) -> None:
    raise ValueError("a recording may not name another file")


def _read(container: InputContainer, demuxer: str, limits: Limits, deadline: float) -> Recording:
    if not container.streams.audio:
        raise refusal("no_audio")
    stream = container.streams.audio[0]
    codec = stream.codec_context.name if stream.codec_context else "unknown"
    if codec not in CODECS.split(","):
        raise refusal("unsupported", codec=codec)
    stream.codec_context.thread_count = 1
    tally = _Tally()
    chunks = list(_mono_at_rate(_frames(container, stream, tally, limits, deadline)))
    if not chunks:
        raise refusal("damaged" if tally.bad_packets else "no_audio")
    return Recording(
        samples=np.concatenate(chunks),
        container=demuxer,
        codec=codec,
        source_rate=tally.rate,
        source_channels=tally.channels,
        bad_packets=tally.bad_packets,
    )


@dataclass
class _Tally:
    """What was met so far."""

    seconds: float = 0.0
    bad_packets: int = 0
    rate: int = 0
    channels: int = 0


def _frames(
    container: InputContainer, stream: AudioStream, tally: _Tally, limits: Limits, deadline: float
) -> Iterator[AudioFrame]:
    for packet in _packets(container, stream, tally):
        if time.monotonic() > deadline:
            raise refusal("too_slow")
        try:
            frames = packet.decode()
        except FFmpegError:
            tally.bad_packets += 1
            frames = []
        if tally.bad_packets > limits.max_bad_packets:
            raise refusal("damaged")
        for frame in frames:
            assert isinstance(frame, AudioFrame)
            _count(frame, tally, limits)
            yield frame


def _packets(container: InputContainer, stream: AudioStream, tally: _Tally) -> Iterator[Packet]:
    try:
        yield from container.demux(stream)
    except FFmpegError:  # cut off: what came before may be enough
        tally.bad_packets += 1


def _count(frame: AudioFrame, tally: _Tally, limits: Limits) -> None:
    tally.rate, tally.channels = frame.sample_rate, frame.layout.nb_channels
    if not limits.min_rate <= tally.rate <= limits.max_rate or tally.channels > limits.max_channels:
        raise refusal("unsupported", codec=f"{tally.channels} × {tally.rate} Hz")
    tally.seconds += frame.samples / tally.rate
    if tally.seconds > limits.max_seconds + limits.slack_seconds:
        raise refusal("too_long", least=limits.min_seconds, most=limits.max_seconds)


def _mono_at_rate(frames: Iterable[AudioFrame]) -> Iterator[Samples]:
    """HE-AAC and chained Ogg may change shape on the way; each run of equal frames is resampled apart."""
    for (rate, _, _), run in groupby(frames, key=_shape):
        if rate == RATE:
            yield from _mono(run)
            continue
        resampler = soxr.ResampleStream(rate, RATE, 1, dtype="float32")
        for chunk in _mono(run):
            yield resampler.resample_chunk(chunk)
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _shape(frame: AudioFrame) -> tuple[int, int, str]:
    return frame.sample_rate, frame.layout.nb_channels, frame.format.name


def _mono(frames: Iterable[AudioFrame]) -> Iterator[Samples]:
    for batch in _batches(frames):
        channels = batch[0].layout.nb_channels
        dtype = DTYPES[batch[0].format.packed.name]
        if batch[0].format.is_packed:
            planes = _plane(batch, 0, dtype, channels).reshape(-1, channels).T
        else:
            planes = np.stack([_plane(batch, channel, dtype, 1) for channel in range(channels)])
        whole = _full_scale(planes)
        yield whole.mean(axis=0, dtype=np.float32) if channels > 1 else whole[0]


def _plane(batch: list[AudioFrame], plane: int, dtype: str, values: int) -> NDArray[Any]:
    """One plane of all frames, so many values for each sample; a frame's `to_ndarray` takes eight times
    as long.
    """
    return np.concatenate(
        [np.frombuffer(memoryview(each.planes[plane]), dtype, each.samples * values) for each in batch]
    )


def _batches(frames: Iterable[AudioFrame]) -> Iterator[list[AudioFrame]]:
    """About a second at a time: few calls, little memory."""
    batch: list[AudioFrame] = []
    samples = 0
    for frame in frames:
        batch.append(frame)
        samples += frame.samples
        if samples >= frame.sample_rate:
            yield batch
            batch, samples = [], 0
    if batch:
        yield batch


def _full_scale(planes: NDArray[Any]) -> NDArray[np.float32]:
    floats = planes.astype(np.float32)
    if planes.dtype == np.uint8:
        return (floats - np.float32(128)) / np.float32(128)
    if planes.dtype.kind == "i":
        return floats / np.float32(-int(np.iinfo(planes.dtype).min))
    if not np.abs(floats).max(initial=0) <= LOUDEST:  # also when it is no number
        np.nan_to_num(floats, copy=False, posinf=LOUDEST, neginf=-LOUDEST)
        np.clip(floats, -LOUDEST, LOUDEST, out=floats)
    return floats
