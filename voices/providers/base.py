"""What a voice provider is to us. Our words in, our words out: no SDK type or exception passes here."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from thoughtvoice.errors import DomainError

SAMPLE_RATE = 24_000
"""Hz of all speech that providers hand us: signed 16 bit little-endian, mono."""

Language = Literal["en", "es"]
Sex = Literal["female", "male"]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How a text is to be spoken; shares are 0–1, `speed` is a factor of 0.7–1.2. `sex` picks the generic
    voice where no clone speaks."""

    language: Language = "en"
    sex: Sex = "female"
    stability: float = 0.5
    similarity: float = 0.75
    style: float = 0.0
    speaker_boost: bool = True
    speed: float = 1.0


@dataclass(frozen=True, kw_only=True)
class RemoteVoice:
    """A custom voice as the provider lists it. `name` and `labels` are what `clone` was given."""

    remote_id: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the plan allows and what is used; None where the provider sets or tells no limit."""

    voice_limit: int | None
    voices_used: int
    creations_limit: int | None = None
    creations_used: int | None = None
    characters_limit: int | None = None
    characters_used: int | None = None
    resets_at: datetime | None = None
    concurrency: int | None = None


class ProviderError(DomainError):
    """The provider did not do it. `retryable` says whether the same call may succeed later.

    The message is safe to show; what the provider said goes to the log where it is caught.
    """

    code = "provider_unavailable"
    status = 503
    title = "The voice service is not available"
    retryable = True


class ProviderBusy(ProviderError):
    """Too many requests at once; nothing was done."""

    title = "The voice service is busy"


class ProviderDown(ProviderError):
    """Not asked, because it did not answer the last calls; nothing was done."""


class OutcomeUnknown(ProviderError):
    """The call may or may not have taken effect; a listing by name settles it."""


class ProviderFull(ProviderError):
    """All places for custom voices are taken; nothing was created."""

    title = "The voice service has no free place"


class CreationsSpent(ProviderError):
    """The month's voice creations are used up; nothing was created. Only time or a bigger plan helps."""

    title = "No more voices can be made this month"
    retryable = False


class CreditsSpent(ProviderError):
    """The provider's characters are used up."""

    title = "The voice service has no characters left"
    retryable = False


class ProviderRefused(ProviderError):
    """Bad key, plan, permission, address or model: the operator must act."""

    retryable = False


class BadRecording(ProviderError):
    """The provider cannot make a voice of this recording."""

    code = "sample_rejected"
    status = 422
    title = "This recording cannot be used"
    retryable = False


class TextRefused(ProviderError):
    """The provider will not speak this text: too long, or against its rules."""

    code = "text_refused"
    status = 422
    title = "This text cannot be spoken"
    retryable = False


class VoiceGone(ProviderError):
    """The provider does not know this voice (any more)."""

    title = "The voice must be made again"


class BadSpeech(ProviderError):
    """What came back is not speech: undecodable, silent, or far too short for the text."""


class Provider(ABC):
    """One account at a service that imitates voices.

    Every method ends by `deadline`, an instant of time.monotonic(), and raises only ProviderError and
    its subclasses. An instance is used by many threads at once.
    """

    name: str
    """Short name for logs and health: `elevenlabs`, `offline`."""

    credits_per_character: float = 1.0
    """What the account is charged for one character of speech."""

    concurrency: int | None = None
    """How many calls the plan allows at once, as far as an answer has told."""

    @abstractmethod
    def clone(
        self, recordings: Sequence[bytes], *, name: str, labels: Mapping[str, str], deadline: float
    ) -> str:
        """Make a voice from FLAC recordings of one speaker and return its remote id.

        `name` is unique for every attempt. Never retried inside: a second try could take a second place.
        Raises: ProviderFull, CreationsSpent, BadRecording, ProviderRefused, ProviderBusy (nothing was
        created); ProviderError itself (not reached, nothing was created); OutcomeUnknown (perhaps created).
        """

    @abstractmethod
    def delete(self, remote_id: str, *, deadline: float) -> None:
        """Delete a voice; returns when the provider has confirmed. A voice that is gone counts as deleted.

        Raises: OutcomeUnknown, ProviderBusy, ProviderRefused.
        """

    @abstractmethod
    def list(self, *, deadline: float) -> Iterator[RemoteVoice]:
        """Every custom voice of the account, ours and others', to the last page."""

    @abstractmethod
    def speak(
        self, text: str, *, remote_id: str | None, delivery: Delivery, deadline: float
    ) -> Iterator[bytes]:
        """Yield speech as it arrives: s16le mono at SAMPLE_RATE, chunks of any whole number of samples.

        `remote_id` None speaks in the generic voice. Nothing is sent before the first `next()`; closing
        the iterator ends the call at the provider.
        Raises, out of iteration: VoiceGone, CreditsSpent, ProviderBusy, ProviderRefused, TextRefused,
        BadSpeech; ProviderError itself (not reached, broken off, or too late).
        """

    @abstractmethod
    def account(self, *, deadline: float) -> Account:
        """What the plan allows now."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Close this process's connections; the next call opens new ones."""
