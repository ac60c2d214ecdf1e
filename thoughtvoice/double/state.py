"""The account behind the double: its plan, its voices, what runs on it, and a log of all that happened."""

import itertools
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from thoughtvoice.double.replies import Call


class Refused(Exception):
    """The service says no; `kind` is a key of the protocol's table of refusals."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The plan and the pace. Limits of None do not bind; seconds; `speech_pace` is × real time, 0 at once."""

    api_key: str | None = None
    voice_limit: int = 10
    creations_limit: int | None = 65
    characters_limit: int = 1_000_000
    text_limit: int = 40_000
    concurrency: int = 3
    clone_seconds: float = 0.0
    speech_first_byte: float = 0.0
    speech_pace: float = 0.0
    writing_first_token: float = 0.0
    writing_total: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Voice:
    voice_id: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    category: str = "cloned"
    number: int
    created_at: int


PREMADE = (
    Voice(voice_id="EXAVITQu4vr4xnSDxMaL", name="Sarah", category="premade", number=0, created_at=0),
    Voice(voice_id="JBFqnCBsd6RMkjVDRZzb", name="George", category="premade", number=0, created_at=0),
)


class Workspace:
    """Everything that a call can change; each change and its entry in `events` are one step."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._voices: dict[str, Voice] = {}
        self._speaking: dict[int, str] = {}
        self.creations = 0
        self.characters = 0
        self.events: list[dict[str, Any]] = []
        self.calls: deque[Call] = deque(maxlen=2000)
        self.called: Counter[str] = Counter()

    @property
    def voices(self) -> list[Voice]:
        """Custom voices, the newest first."""
        with self._lock:
            return sorted(self._voices.values(), key=lambda voice: -voice.number)

    @property
    def speaking(self) -> int:
        return len(self._speaking)

    def receive(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)
            self.called[call.operation] += 1

    def record(self, event: str, **facts: Any) -> None:
        """Note what happened, with the number of custom voices and of running speeches after it."""
        with self._lock:
            after = {"voices": len(self._voices), "speaking": len(self._speaking)}
            self.events.append({"at": time.monotonic(), "event": event, **facts, **after})

    def add(self, name: str, *, labels: Mapping[str, str], description: str | None = None) -> Voice:
        with self._lock:
            limit = self.settings.creations_limit
            if limit is not None and self.creations >= limit:
                raise Refused("voice_add_edit_limit_reached")
            if len(self._voices) >= self.settings.voice_limit:
                raise Refused("voice_limit_reached")
            self.creations += 1
            return self._keep(name, labels=labels, description=description, event="created")

    def add_by_hand(self, name: str, *, category: str = "cloned") -> Voice:
        """What a colleague does in the provider's own pages, behind our back."""
        with self._lock:
            return self._keep(name, labels={}, category=category, event="created_by_hand")

    def _keep(self, name: str, *, event: str, **facts: Any) -> Voice:
        identity, now = secrets.token_hex(10), int(time.time())
        voice = Voice(voice_id=identity, name=name, number=next(self._numbers), created_at=now, **facts)
        self._voices[identity] = voice
        self.record(event, voice_id=identity, name=name, labels=dict(voice.labels))
        return voice

    def delete(self, voice_id: str, *, event: str = "deleted") -> None:
        with self._lock:
            if self._voices.pop(voice_id, None) is None:
                raise Refused("voice_not_found")
            self.record(event, voice_id=voice_id, in_use=voice_id in self._speaking.values())

    def grow_old(self, seconds: float) -> None:
        """Let every voice have been made so much earlier."""
        with self._lock:
            for identity, voice in self._voices.items():
                self._voices[identity] = replace(voice, created_at=voice.created_at - int(seconds))

    def find(self, voice_id: str) -> Voice:
        with self._lock:
            for voice in (*self._voices.values(), *PREMADE):
                if voice.voice_id == voice_id:
                    return voice
        raise Refused("voice_not_found")

    def begin_speech(self, voice_id: str, *, characters: int) -> int:
        with self._lock:
            self.find(voice_id)
            if len(self._speaking) >= self.settings.concurrency:
                raise Refused("too_many_concurrent_requests")
            if self.characters + characters > self.settings.characters_limit:
                raise Refused("quota_exceeded")
            self.characters += characters
            ticket = next(self._numbers)
            self._speaking[ticket] = voice_id
            self.record("speech_started", voice_id=voice_id, ticket=ticket)
            return ticket

    def end_speech(self, ticket: int) -> None:
        with self._lock:
            if voice_id := self._speaking.pop(ticket, None):
                self.record("speech_ended", voice_id=voice_id, ticket=ticket)


def violations(events: list[dict[str, Any]], *, voice_limit: int) -> list[str]:
    """What must never happen, found in a log: too many voices, or a voice deleted while it spoke."""
    found = []
    for entry in events:
        if entry["event"] == "created" and entry["voices"] > voice_limit:
            found.append(f"{entry['voices']} voices where {voice_limit} are allowed")
        if entry["event"] == "deleted" and entry["in_use"]:
            found.append(f"voice {entry['voice_id']} deleted while it spoke")
    return found
