"""The voice chain: whose voice speaks, and its sound as it arrives."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from accounts.models import User
from perform import recorded
from pool import admission, capacity, sharing
from pool.admission import NoSample, PoolOff, SlotsBusy
from pool.models import Slot
from thoughtvoice.errors import DomainError
from voices.models import Voice
from voices.providers import get_provider
from voices.providers.base import Delivery

SPEAKING_SECONDS = 30
"""How long a clone is pinned for one performance; a dead process frees it after that."""


class Speaker(Protocol):
    """What of a Provider a performance needs."""

    @property
    def credits_per_character(self) -> float: ...

    def speak(
        self, text: str, *, remote_id: str | None, delivery: Delivery, deadline: float
    ) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Casting:
    """Who speaks."""

    provider: Speaker
    source: str = "tts"
    """`pooled`, `ephemeral_clone` or `tts`; while debugging also `user_sample`."""
    remote_id: str | None = None
    revision: int = 0
    """Of the performer's voice; 0 for the generic one."""
    slot: Slot | None = None

    def release(self) -> None:
        """Nothing is spoken any more: the slot need not wait for the pin to expire."""
        if self.slot is not None:
            admission.release(self.slot)

    def forget(self) -> None:
        """The provider does not know this clone any more."""
        if self.slot is not None:
            admission.forget_clone(self.slot)


def nobody() -> Casting:
    """Until somebody is cast."""
    return Casting(get_provider())


def generic() -> Casting:
    return Casting(get_provider(capacity.speaking()))


def cast(user: User, *, own_only: bool, deadline: float, until: ExitStack) -> Casting:
    """The performer's own voice, else the generic one unless only the own one will do.

    What is needed for the length of the speech is released when `until` is closed.
    Raises: NoSample, SlotsBusy and what else admission refuses with.
    """
    try:
        return _own(user, deadline=deadline, until=until)
    except DomainError:
        if own_only:
            if settings.ALLOW_SAMPLE_FALLBACK and (recording := recorded.of(user)):
                return Casting(recording, "user_sample")
            raise
    return generic()


def _own(user: User, *, deadline: float, until: ExitStack) -> Casting:
    voice = Voice.objects.select_related("sample").filter(user=user).first()
    if voice is None or voice.sample is None:
        raise NoSample
    if not settings.CREATE_ON_PERFORM and not is_resident(voice):
        raise SlotsBusy("Your voice is not ready. Warm it up before the show.", retry_after=10)
    try:
        slot = admission.admit(voice, deadline=deadline, pin_seconds=SPEAKING_SECONDS)
    except PoolOff:
        place = until.enter_context(admission.temporary(voice, deadline=deadline))
        return Casting(get_provider(place.account.name), "ephemeral_clone", place.remote_id, voice.revision)
    return Casting(get_provider(slot.account.name), "pooled", slot.remote_id, slot.revision, slot)


def is_resident(voice: Voice) -> bool:
    slot = sharing.slot_of(voice)
    return slot is not None and slot.speaks


def speak(casting: Casting, text: str, *, delivery: Delivery, deadline: float) -> Iterator[bytes]:
    """s16le mono at SAMPLE_RATE; nothing is sent before the first `next()`. Reads no database."""
    return casting.provider.speak(text, remote_id=casting.remote_id, delivery=delivery, deadline=deadline)
