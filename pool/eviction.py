"""Take a voice out of its slot. The place is free only when the provider has confirmed the deletion."""

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from pool import figures, policy, switches
from pool.models import Account, RememberedHabit, Slot
from voices.models import Voice
from voices.providers import get_provider
from voices.providers.base import ProviderError, ProviderRefused

EVICTION_SECONDS = 10
LONGEST_SYNTHESIS = timedelta(seconds=30)
FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=10)
"""Short, because a place is missing as long; the breaker keeps us from asking a service that is down."""
REFUSED_FOR_LONG = timedelta(minutes=10)

log = logging.getLogger("thoughtvoice.pool")


def leaving(*, now: datetime, account: Account | None = None) -> list[Slot]:
    """Those that may leave, first to go first, by the strategy that staff have chosen."""
    chosen = switches.current()
    ready = Slot.objects.filter(state=Slot.State.READY).select_related("account")
    if account is not None:
        ready = ready.filter(account=account)
    slots = {slot.pk: slot for slot in ready if slot.account.usable}
    residents = [policy.Resident(slot.pk, slot.habit, slot.pinned_until) for slot in slots.values()]
    order = policy.STRATEGIES[chosen.strategy].order
    return [slots[r.key] for r in order(residents, now=now, ttl=timedelta(minutes=chosen.ttl_minutes))]


def make_room(order: list[Slot], *, account: Account, now: datetime, deadline: float) -> Slot | None:
    """A place that became free: of a deletion that is due, else of the first in the order who may still leave.

    One at a time: while the provider confirms no deletion, nobody else has to leave as well. A clone that it
    refuses to delete does not hold the others up for ever.
    """
    for slot in undeleted(now=now):
        if slot.account == account and delete_clone(slot, deadline=deadline):
            return slot
    unconfirmed = Slot.objects.filter(account=account, state=Slot.State.DELETING, attempts__gt=0)
    if unconfirmed.exclude(error=ProviderRefused.__name__, since__lte=now - REFUSED_FOR_LONG).exists():
        return None
    for slot in order:
        if evict(slot, reason="room", now=now, deadline=deadline):
            return slot
        if slot.state == Slot.State.DELETING:
            return None
    return None


def undeleted(*, now: datetime) -> list[Slot]:
    """Clones that are to be deleted, and nothing speaks against trying it now."""
    due = Slot.objects.filter(
        state=Slot.State.DELETING, retry_at__lte=now, last_used_at__lte=now - LONGEST_SYNTHESIS
    )
    return list(due.select_related("account").order_by("retry_at"))


def evict(slot: Slot, *, reason: str, now: datetime, deadline: float, by_owner: bool = False) -> bool:
    """Take the voice out and delete its clone; true when the slot is free.

    The claim repeats what the policy looked at: a voice that was touched since stays. A pin is a promise to the
    owner, who may take it back: then only a synthesis keeps the clone.
    """
    pins = {} if by_owner and not may_be_speaking(slot, now=now) else {"pinned_until__lte": now}
    voice_id, ready_since = slot.voice_id, slot.since
    untouched = Slot.objects.filter(
        pk=slot.pk,
        turn=slot.turn,
        state=Slot.State.READY,
        last_used_at=slot.last_used_at,
        **pins,
    )
    if not untouched.update(
        turn=slot.turn + 1, state=Slot.State.DELETING, voice=None, since=now, retry_at=now
    ):
        return False
    slot.refresh_from_db()
    _tell(slot, reason, ready_since, now)
    if voice_id:
        remember(voice_id, slot)
    return delete_clone(slot, deadline=deadline)


def remember(voice_id: UUID, slot: Slot) -> None:
    RememberedHabit.objects.update_or_create(
        voice_id=voice_id,
        defaults={
            "score": slot.score,
            "first_used_at": slot.first_used_at,
            "last_used_at": slot.last_used_at,
            "pauses": slot.pauses,
        },
    )


def discard(voice: Voice, *, now: datetime, deadline: float) -> None:
    """The owner wants the clone gone, pinned or not: it speaks no more from now on.

    It is deleted at once unless a synthesis may still run on it; then, and if the provider does not
    confirm, reconciliation deletes it.
    """
    slot = Slot.objects.filter(voice=voice, state=Slot.State.READY).select_related("account").first()
    if slot:
        let_go(slot, reason="discarded", now=now, deadline=deadline)


def let_go(slot: Slot, *, reason: str, now: datetime, deadline: float) -> None:
    """Nobody may hear this clone again, pinned or not."""
    ready_since = slot.since
    if slot.move(state=Slot.State.DELETING, voice=None, since=now, retry_at=now):
        _tell(slot, reason, ready_since, now)
        if not may_be_speaking(slot, now=now):
            delete_clone(slot, deadline=deadline)


def delete_due(*, now: datetime, limit: int, deadline: float) -> int:
    """Delete what waits for it and may be tried again now; how many clones are gone."""
    due = undeleted(now=now)[:limit]
    return sum(delete_clone(slot, deadline=deadline) for slot in due if time.monotonic() < deadline)


def may_be_speaking(slot: Slot, *, now: datetime) -> bool:
    return slot.last_used_at > now - LONGEST_SYNTHESIS


def delete_clone(slot: Slot, *, deadline: float) -> bool:
    """Delete what a slot in DELETING holds; true when the provider has confirmed and the slot is free."""
    try:
        get_provider(slot.account.name).delete(slot.remote_id, deadline=deadline)
    except ProviderError as error:
        log.warning("clone_delete", extra={"outcome": type(error).__name__, "slot": slot.number})
        _try_later(slot, type(error).__name__, now=timezone.now())
        return False
    log.info("clone_delete", extra={"outcome": "ok", "slot": slot.number})
    return slot.empty(now=timezone.now())


def _try_later(slot: Slot, error: str, *, now: datetime) -> None:
    wait = min(FIRST_RETRY * 2**slot.attempts, LAST_RETRY)
    slot.move(attempts=slot.attempts + 1, retry_at=now + wait, error=error)


def _tell(slot: Slot, reason: str, ready_since: datetime, now: datetime) -> None:
    figures.left(reason=reason, since=ready_since, now=now)
    log.info("voice_pool_evict", extra={"reason": reason, "slot": slot.number})
