"""The offline engine: clones, speaks and deletes without a key or a network.

A clone is the pitch and the colour of the recorded voice, and espeak-ng speaks with them. That tells two
people apart; it is no likeness.
"""

import hashlib
import io
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from voices import pitch
from voices.providers import engine, manner
from voices.providers.base import (
    Account,
    BadRecording,
    Delivery,
    Provider,
    ProviderBusy,
    ProviderFull,
    RemoteVoice,
    VoiceGone,
)
from voices.providers.manner import Clone
from voices.providers.places import NoPlace, Places

DECODED_RATE = 16_000
MEASURED_SECONDS = 60


class OfflineProvider(Provider):
    name = "offline"
    concurrency = 8

    def __init__(self, folder: Path, capacity: int = 10) -> None:
        self._places = Places(folder, capacity)

    def clone(
        self, recordings: Sequence[bytes], *, name: str, labels: Mapping[str, str], deadline: float
    ) -> str:
        clone = _heard(recordings, deadline)
        remote_id = uuid.uuid4().hex
        facts = {"name": name, "labels": dict(labels), "created_at": datetime.now(UTC).isoformat()}
        with _system():
            self._places.put(remote_id, facts | {"clone": asdict(clone)})
        return remote_id

    def delete(self, remote_id: str, *, deadline: float) -> None:
        with _system():
            self._places.remove(remote_id)

    def list(self, *, deadline: float) -> Iterator[RemoteVoice]:
        with _system():
            for remote_id, facts in self._places.all():
                yield RemoteVoice(
                    remote_id=remote_id,
                    name=facts["name"],
                    labels=facts["labels"],
                    created_at=datetime.fromisoformat(facts["created_at"]),
                )

    def speak(
        self, text: str, *, remote_id: str | None, delivery: Delivery, deadline: float
    ) -> Iterator[bytes]:
        with _system():
            clone = None if remote_id is None else self._clone(remote_id)
            yield from engine.speak(text, manner.choose(clone, delivery), deadline=deadline)

    def account(self, *, deadline: float) -> Account:
        with _system():
            return Account(voice_limit=self._places.capacity, voices_used=self._places.taken())

    def _clone(self, remote_id: str) -> Clone:
        facts = self._places.get(remote_id)
        if facts is None:
            raise VoiceGone
        return Clone(**facts["clone"])


@contextmanager
def _system() -> Iterator[None]:
    """What the file system and the process table refuse, in the contract's words."""
    try:
        yield
    except NoPlace:
        raise ProviderFull from None
    except OSError as problem:
        raise ProviderBusy("The offline voice lacks disk space, memory or a permission.") from problem


def _heard(recordings: Sequence[bytes], deadline: float) -> Clone:
    """Two people who measure the same are kept apart by what else is in their recordings."""
    try:
        timbre = pitch.measure(_decoded(recordings, deadline), DECODED_RATE)
    except pitch.Unvoiced:
        raise BadRecording("No voice was found in this recording; please record it again.") from None
    _in_time(deadline)
    digest = hashlib.sha256(b"".join(recordings)).digest()
    return Clone(
        f0_hz=timbre.f0_hz,
        colour=timbre.colour,
        f0_shift=1 + 0.03 * (digest[0] / 127.5 - 1),
        colour_shift=1 + 0.02 * (digest[1] / 127.5 - 1),
    )


def _decoded(recordings: Sequence[bytes], deadline: float) -> pitch.Samples:
    blocks = [np.zeros(0, np.float32)]
    missing = MEASURED_SECONDS * DECODED_RATE
    for block in _blocks(recordings):
        _in_time(deadline)
        blocks.append(block)
        missing -= len(block)
        if missing <= 0:
            break
    return np.concatenate(blocks)


def _blocks(recordings: Sequence[bytes]) -> Iterator[pitch.Samples]:
    for recording in recordings:
        try:
            yield from _sound(recording)
        except (av.FFmpegError, IndexError) as problem:
            raise BadRecording("This recording cannot be decoded.") from problem


def _sound(recording: bytes) -> Iterator[pitch.Samples]:
    """Mono at DECODED_RATE. What is no FLAC at all decodes to nothing rather than to an error."""
    resampler = av.AudioResampler("flt", "mono", DECODED_RATE)
    frame = None
    with av.open(io.BytesIO(recording), "r", format="flac", metadata_errors="replace") as container:
        for frame in container.decode(audio=0):
            yield from (part.to_ndarray()[0] for part in resampler.resample(frame))
    if frame is None:
        raise BadRecording("There is no sound in this recording.")


def _in_time(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise ProviderBusy("The offline voice did not finish in time.")
