"""Make a voice resident: touch it if it is, else claim a slot and build its clone there.

Every step at the provider stands between two rows: BUILDING before a clone is made, DELETING before one
is deleted. A process that dies between them leaves a state that reconciliation settles.
"""

import logging
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from pool import budget, eviction, figures, habits, policy, sharing, switches
from pool.models import Account, Build, RememberedHabit, Slot
from thoughtvoice.errors import DomainError
from voices import cloning
from voices.cloning import NoSample
from voices.models import Voice
from voices.providers import get_provider
from voices.providers.base import OutcomeUnknown, ProviderFull

WARM = "perform.jobs.warm"
"""The job that makes a voice resident before a show. By name: perform knows the pool, not the other way round."""

LOOK_AGAIN = 0.05
CLOCKS_DIFFER = timedelta(seconds=1)
MARK = f"thoughtvoice-{settings.DEPLOYMENT}-"
"""Begins the name of every clone of ours: what lacks it is somebody else's, and is never touched."""
LONGEST_WAIT = 60.0
DELETION_SECONDS = 5.0

log = logging.getLogger("thoughtvoice.pool")


class SlotsBusy(DomainError):
    code = "slots_busy"
    status = 503
    title = "All voice places are in use"
    retryable = True


class PoolOff(DomainError):
    code = "pool_off"
    status = 503
    title = "No voice is kept at present"

    def __init__(self) -> None:
        super().__init__("A voice is made anew for each performance.")


def admit(voice: Voice, *, deadline: float, pin_seconds: float, only_free: bool = False) -> Slot:
    """The slot whose clone speaks for this voice now, pinned for `pin_seconds`.

    One build per voice, however many wait for it; all end by `deadline` (time.monotonic()). A clone of an
    earlier recording speaks until `renew` has replaced it. `only_free` evicts nobody.
    Raises: what voices.cloning refuses with, PoolOff, SlotsBusy, budget's refusals, ProviderError.
    """
    try:
        return _admitted(voice, deadline=deadline, pin_seconds=pin_seconds, only_free=only_free)
    except SlotsBusy:
        figures.REFUSED.inc()
        raise


def _admitted(voice: Voice, *, deadline: float, pin_seconds: float, only_free: bool) -> Slot:
    started = time.monotonic()
    if voice.sample_id is None:
        raise NoSample
    voice = sharing.speaker(voice)
    while time.monotonic() < deadline:
        now = timezone.now()
        slot = Slot.objects.filter(voice=voice).select_related("account").first()
        if slot is None:
            made = _inserted(voice, now=now, deadline=deadline, pin_seconds=pin_seconds, only_free=only_free)
            if made:
                _log_acquired(*made, started)
                return made[0]
        elif slot.state == Slot.State.READY:
            if lost := _why_lost(slot, voice):
                eviction.let_go(slot, reason=lost, now=now, deadline=deadline)
            elif touch(slot, now=now, pin_seconds=pin_seconds):
                _log_acquired(slot, "reuse", started)
                return slot
            continue
        time.sleep(LOOK_AGAIN)
    raise SlotsBusy("Your voice is still being made. Try again in a moment.", retry_after=2)


def _why_lost(slot: Slot, voice: Voice) -> str:
    """Why this clone may never speak again; empty if it may."""
    if slot.revision < voice.oldest_revision:
        return "recording_erased"
    return "" if slot.account.usable else "account_lost"


def touch(slot: Slot, *, now: datetime, pin_seconds: float) -> bool:
    """Say that the clone is in use; false if it was taken away meanwhile. The turn stays: this is no move."""
    name = slot.name
    while slot.state == Slot.State.READY and slot.name == name:
        before, until = slot.pinned_until, _pin(slot, now=now, seconds=pin_seconds)
        seen = Slot.objects.filter(pk=slot.pk, state=slot.state, name=name, pinned_until=before)
        if seen.update(pinned_until=until, **_columns(habits.used(slot.habit, now=now))):
            slot.pinned_before, slot.pinned_until = before, until
            return True
        slot.refresh_from_db()
    return False


def _pin(slot: Slot, *, now: datetime, seconds: float) -> datetime:
    """The end of the pin. No two pins end at the same instant, so that each can be taken off alone."""
    until = _whole_milliseconds(now + timedelta(seconds=seconds))
    if abs(until - slot.pinned_until) < CLOCKS_DIFFER:
        until = max(until, slot.pinned_until + timedelta(milliseconds=1))
    return max(until, slot.pinned_until)


def release(slot: Slot) -> None:
    """What the slot was admitted for is over: that pin goes, and nobody else's."""
    if slot.pinned_before is None or slot.pinned_before >= slot.pinned_until:
        return
    ours = Slot.objects.filter(pk=slot.pk, name=slot.name, pinned_until=slot.pinned_until)
    ours.update(pinned_until=slot.pinned_before)


def pin(slot: Slot, *, until: datetime) -> bool:
    """Staff keep a voice resident until then, whoever needs a place."""
    ready = Slot.objects.filter(pk=slot.pk, state=Slot.State.READY, name=slot.name)
    return bool(ready.update(pinned_until=_whole_milliseconds(until)))


def unpin(slot: Slot, *, now: datetime) -> bool:
    """Take every pin off; what speaks at this moment is still let finish."""
    return pin(slot, until=now + eviction.LONGEST_SYNTHESIS)


def forget_clone(slot: Slot) -> bool:
    """The provider does not know the clone any more: the slot is free, and the voice is made again on use."""
    return slot.empty(now=timezone.now())


def renew(voice: Voice, *, deadline: float) -> bool:
    """Replace the clone of an earlier recording. The old one speaks until the new one is there.

    The new clone is made in a free place, and then the two rows exchange what they hold. The order of the
    two updates matters: a crash between them costs a rebuild; the other way round it would cost the voice.
    Where no place is free the old clone leaves first. False if there was nothing to replace, if somebody is
    at it, if no place is free while the old clone may be speaking, or if the pool is off.
    """
    if not switches.current().enabled:
        return False
    now = timezone.now()
    slot = Slot.objects.filter(voice=voice, state=Slot.State.READY).select_related("account").first()
    if slot is None or slot.revision == voice.revision or _is_being_made(voice, now):
        return False
    cloning.require(voice)
    build = budget.spend(slot.account, voice, now=now)  # before anything is destroyed for it
    spare = Slot.objects.filter(state=Slot.State.FREE, account=slot.account).select_related("account").first()
    if spare is None:
        return _made_in_place_of(slot, voice, build, now=now, deadline=deadline)
    if not _begin(spare, voice, build, owner=None, now=now):
        return False
    remote_id, name = _make(spare, voice, build, deadline=deadline), spare.name
    old = {"remote_id": slot.remote_id, "name": slot.name, "last_used_at": timezone.now()}
    spare.move(state=Slot.State.DELETING, since=now, retry_at=now, **old)
    if slot.move(remote_id=remote_id, name=name, revision=spare.revision):
        return True
    # The old clone left meanwhile, so the new one, which nobody waits for, is what must go.
    spare.move(remote_id=remote_id, name=name)
    return False


def _is_being_made(voice: Voice, now: datetime) -> bool:
    began = now - timedelta(seconds=settings.POOL_BUILD_SECONDS)
    return Build.objects.filter(voice=voice, outcome=Build.Outcome.RUNNING, started_at__gt=began).exists()


def _made_in_place_of(slot: Slot, voice: Voice, build: Build, *, now: datetime, deadline: float) -> bool:
    if not eviction.evict(slot, reason="new_recording", now=now, deadline=deadline, by_owner=True):
        budget.finish(build, Build.Outcome.NOT_MADE, now=now, failure="no_place")
        return False
    if not _begin(slot, voice, build, owner=voice, now=now):
        return False
    remote_id = _make(slot, voice, build, deadline=deadline)
    return slot.move(state=Slot.State.READY, remote_id=remote_id, since=timezone.now())


@contextmanager
def temporary(voice: Voice, *, deadline: float) -> Iterator[Slot]:
    """While the pool is off: a slot whose clone lives for the block, deleted whatever happens.

    It takes a place like any other, and what cannot be deleted now stays for reconciliation.
    """
    cloning.require(voice)
    now = timezone.now()
    place, build, _ = _place(voice, now=now, deadline=deadline, daily_limit=False)
    if not _begin(place, voice, build, owner=None, now=now):
        raise SlotsBusy("Somebody was faster. Try again.", retry_after=1)
    remote_id = _make(place, voice, build, deadline=deadline)
    place.remote_id = remote_id
    try:
        yield place
    finally:
        past = timezone.now() - eviction.LONGEST_SYNTHESIS
        leaving = {"remote_id": remote_id, "since": timezone.now(), "retry_at": past, "last_used_at": past}
        if place.move(state=Slot.State.DELETING, **leaving):
            eviction.delete_clone(place, deadline=time.monotonic() + DELETION_SECONDS)


def expire_idle(*, deadline: float) -> int:
    """Under the ttl strategy, free a place in advance where none is: whose time is over leaves. How many left.

    Lazily, so that whoever returns before the place is needed finds their clone: deleting all of them makes
    half as many clones again (docs/scale.md). With the pool off all leave who are not pinned.
    """
    if not switches.current().enabled:
        return _drain(deadline=deadline)
    if switches.current().strategy != "ttl" or Slot.objects.filter(state=Slot.State.FREE).exists():
        return 0
    now = timezone.now()
    expired = now - timedelta(minutes=switches.current().ttl_minutes)
    for slot in eviction.leaving(now=now):
        if slot.last_used_at <= expired:
            return int(eviction.evict(slot, reason="ttl", now=now, deadline=deadline))
    return 0


def _drain(*, deadline: float) -> int:
    now = timezone.now()
    return sum(
        eviction.evict(slot, reason="pool_off", now=now, deadline=deadline)
        for slot in eviction.leaving(now=now)
        if time.monotonic() < deadline
    )


def _inserted(
    voice: Voice, *, now: datetime, deadline: float, pin_seconds: float, only_free: bool
) -> tuple[Slot, str] | None:
    """A slot with this voice's new clone, pinned, and how it came; None if somebody else was faster."""
    cloning.require(voice)
    if not switches.current().enabled:
        raise PoolOff
    place, build, mode = _place(voice, now=now, deadline=deadline, only_free=only_free)
    if not _begin(place, voice, build, owner=voice, now=now):
        return None
    remote_id = _make(place, voice, build, deadline=deadline)
    made_at = timezone.now()
    # Ready and pinned in one move: its habit may be an old one, and whoever needs a place comes first for that.
    least = _whole_milliseconds(made_at + budget.least_residency(place.account))
    until = max(_pin(place, now=made_at, seconds=pin_seconds), least)
    habit = _columns(habits.used(place.habit, now=made_at))
    ready = {"state": Slot.State.READY, "remote_id": remote_id, "since": made_at, "pinned_until": until}
    if not place.move(**ready, **habit):
        # Somebody took us for dead and the clone has become an orphan: reconciliation finds it by its mark.
        return None
    place.pinned_before = least
    return place, mode


def _place(
    voice: Voice, *, now: datetime, deadline: float, only_free: bool = False, daily_limit: bool = True
) -> tuple[Slot, Build, str]:
    """A free slot, made free if need be, and the creation that may be spent on it, in whichever account has both.

    The creation is taken first: nobody's clone is destroyed for one that may not be made.
    Raises: SlotsBusy, with an honest time to wait; budget's refusals.
    """
    refusal: DomainError | None = None
    for account, free, leaving in _openings(now=now, only_free=only_free):
        try:
            build = budget.spend(account, voice, now=now, daily_limit=daily_limit)
        except budget.CreationsSpent as spent:
            refusal = spent
            continue
        if free:
            return free, build, "insert" if build.first else "rebuild"
        if not build.first and budget.is_scarce(account, now=now):
            leaving = [slot for slot in leaving if not policy.is_protected(slot.habit, now)]
            refusal = SlotsBusy("Everybody in the pool has just performed.", retry_after=LONGEST_WAIT)
        place = eviction.make_room(leaving, account=account, now=now, deadline=deadline)
        if place:
            return place, build, "insert_evicted"
        budget.finish(build, Build.Outcome.NOT_MADE, now=now, failure="no_place")
    raise refusal or _busy(now)


def _openings(*, now: datetime, only_free: bool) -> Iterator[tuple[Account, Slot | None, list[Slot]]]:
    """Where a clone may go: each account with a free place; then each where one can be made, and who would leave."""
    for account, slots in _by_account(Slot.objects.filter(state=Slot.State.FREE)).items():
        yield account, slots[0], []
    if only_free:
        return
    leaving = _by_account(eviction.leaving(now=now))
    for account in {**leaving, **_by_account(eviction.undeleted(now=now))}:
        yield account, None, leaving.get(account, [])


def _by_account(slots: Iterable[Slot]) -> dict[Account, list[Slot]]:
    found: dict[Account, list[Slot]] = {}
    for slot in slots:
        if slot.account.usable:
            found.setdefault(slot.account, []).append(slot)
    return found


def _busy(now: datetime) -> SlotsBusy:
    return SlotsBusy("Every place is in use on stage right now.", retry_after=_soonest(now))


def _soonest(now: datetime) -> float:
    """Seconds until the first pin expires."""
    pins = Slot.objects.filter(state=Slot.State.READY).order_by("pinned_until")
    until = pins.values_list("pinned_until", flat=True).first()
    return min(max(1.0, (until - now).total_seconds()), LONGEST_WAIT) if until else 5.0


def _begin(slot: Slot, voice: Voice, build: Build, *, owner: Voice | None, now: datetime) -> bool:
    """Claim a free slot for building; false, and nothing spent, if somebody was faster."""
    remembered = RememberedHabit.objects.filter(voice=voice).first()
    habit = remembered.habit if remembered else habits.newcomer(now)
    try:
        claimed = slot.move(
            state=Slot.State.BUILDING,
            voice=owner,
            revision=voice.revision,
            name=f"{MARK}{uuid.uuid4().hex}",
            since=now,
            pinned_until=now,  # whose ever pin it still has, it was not for this voice
            **_columns(habit),
        )
    except IntegrityError:  # the voice has got a slot from somebody else
        claimed = False
    if not claimed:
        budget.finish(build, Build.Outcome.NOT_MADE, now=now, failure="outrun")
    return claimed


def _make(slot: Slot, voice: Voice, build: Build, *, deadline: float) -> str:
    """Make the clone for a slot that we hold in BUILDING, and return its remote id."""
    started = time.monotonic()
    latest = min(deadline, started + settings.POOL_BUILD_SECONDS)
    labels = {"voice": voice.pk.hex, "revision": str(slot.revision)}
    try:
        recordings = cloning.recordings(voice)
        provider = get_provider(slot.account.name)
        remote_id = provider.clone(recordings, name=slot.name, labels=labels, deadline=latest)
    except OutcomeUnknown as error:
        _failed(slot, build, Slot.State.UNKNOWN, error, started)
        raise
    except ProviderFull as error:
        # Somebody else's voice has the place. It stays blocked until a listing says otherwise.
        _failed(slot, build, Slot.State.BLOCKED, error, started)
        raise SlotsBusy("The voice service has no free place right now.", retry_after=30) from error
    except Exception as error:
        _failed(slot, build, Slot.State.FREE, error, started)
        raise
    budget.finish(build, Build.Outcome.MADE, now=timezone.now())
    _log_clone(slot, "ok", started)
    return remote_id


def _failed(slot: Slot, build: Build, state: Slot.State, error: Exception, started: float) -> None:
    now = timezone.now()
    name = type(error).__name__
    unknown = state == Slot.State.UNKNOWN
    outcome = Build.Outcome.UNKNOWN if unknown else Build.Outcome.NOT_MADE
    budget.finish(build, outcome, now=now, failure=name)
    emptied: dict[str, Any] = {} if unknown else {"voice": None, "name": ""}
    slot.move(state=state, since=now, **emptied)
    _log_clone(slot, name, started)


def _whole_milliseconds(instant: datetime) -> datetime:
    """As every database keeps it, so that it can be asked for again."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _columns(habit: habits.Habit) -> dict[str, Any]:
    return {
        "score": habit.score,
        "first_used_at": habit.first_used_at,
        "last_used_at": habit.last_used_at,
        "pauses": list(habit.pauses),
    }


def _log_acquired(slot: Slot, mode: str, started: float) -> None:
    (figures.REUSED if mode == "reuse" else figures.INSERTED).inc()
    log.info("voice_pool_acquire", extra={"mode": mode, "slot": slot.number, "latency_ms": _ms(started)})


def _log_clone(slot: Slot, outcome: str, started: float) -> None:
    figures.CLONES.inc()
    if outcome != "ok":
        figures.CLONES_FAILED.inc()
    log.info("clone_create", extra={"outcome": outcome, "slot": slot.number, "latency_ms": _ms(started)})


def _ms(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)
