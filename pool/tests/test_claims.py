"""A step is taken only if the row still is what was read: what another process did meanwhile stays done."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pool import admission, budget, eviction
from pool.admission import admit
from pool.models import Build, Slot
from pool.tests.factories import grow_cold, make_voice, soon
from thoughtvoice.double import Double

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def resident(*, pin_seconds: float = 0) -> Slot:
    return admit(make_voice(), deadline=soon(), pin_seconds=pin_seconds)


def changed(slot: Slot, **columns: Any) -> None:
    """By another process: the row, and not what was read of it."""
    Slot.objects.filter(pk=slot.pk).update(**columns)


@pytest.mark.parametrize("columns", [{"state": Slot.State.DELETING}, {"name": "another voice's"}])
def test_a_clone_that_was_taken_away_is_not_touched(columns: dict[str, Any]) -> None:
    slot = resident()
    changed(slot, **columns)
    assert not admission.touch(slot, now=timezone.now(), pin_seconds=60)
    before = slot.pinned_until
    slot.refresh_from_db()
    assert slot.pinned_until == before


def test_the_pin_of_whoever_came_to_the_place_next_stays() -> None:
    slot = resident(pin_seconds=60)
    changed(slot, name="another voice's")
    admission.release(slot)
    pinned_until = slot.pinned_until
    slot.refresh_from_db()
    assert slot.pinned_until == pinned_until


def test_what_was_never_admitted_has_no_pin_to_take_off() -> None:
    slot = Slot.objects.get(pk=resident(pin_seconds=60).pk)
    admission.release(slot)
    pinned_until = slot.pinned_until
    slot.refresh_from_db()
    assert slot.pinned_until == pinned_until


@pytest.mark.parametrize(
    "columns",
    [{"turn": 99}, {"state": Slot.State.DELETING}, {"last_used_at": timezone.now() - timedelta(days=2)}],
)
def test_a_voice_that_moved_or_was_used_meanwhile_is_not_evicted(
    columns: dict[str, Any], double: Double
) -> None:
    slot = resident()
    grow_cold(slot)
    slot.refresh_from_db()
    changed(slot, **columns)
    assert not eviction.evict(slot, reason="room", now=timezone.now(), deadline=soon())
    assert [voice.name for voice in double.workspace.voices] == [slot.name]


def test_only_the_one_that_was_chosen_is_evicted(double: Double) -> None:
    chosen, other = resident(), resident()
    alike = timezone.now() - timedelta(hours=1)
    Slot.objects.filter(pk__in=[chosen.pk, other.pk]).update(turn=5, last_used_at=alike, pinned_until=alike)
    chosen.refresh_from_db()
    assert eviction.evict(chosen, reason="room", now=timezone.now(), deadline=soon())
    assert [voice.name for voice in double.workspace.voices] == [other.name]
    other.refresh_from_db()
    assert other.state == Slot.State.READY


def test_a_pinned_voice_stays_unless_its_owner_wants_it_gone() -> None:
    slot = resident()
    grow_cold(slot)
    changed(slot, pinned_until=timezone.now() + timedelta(hours=1))
    slot.refresh_from_db()
    assert not eviction.evict(slot, reason="room", now=timezone.now(), deadline=soon())
    assert eviction.evict(slot, reason="new", now=timezone.now(), deadline=soon(), by_owner=True)


def test_a_place_that_somebody_else_took_first_costs_no_creation() -> None:
    slot, voice = Slot.objects.filter(state=Slot.State.FREE)[0], make_voice()
    now = timezone.now()
    build = budget.spend(slot.account, voice, now=now)
    changed(slot, turn=slot.turn + 1)
    assert admission._begin(slot, voice, build, owner=voice, now=now) is False
    build.refresh_from_db()
    assert (build.outcome, build.failure) == (Build.Outcome.NOT_MADE, "outrun")
    assert abs(build.finished_at - now) < timedelta(milliseconds=1)


@pytest.mark.django_db(transaction=True)
def test_a_voice_that_somebody_else_is_making_costs_no_second_creation() -> None:
    first, second = Slot.objects.filter(state=Slot.State.FREE)[:2]
    voice, now = make_voice(), timezone.now()
    changed(first, state=Slot.State.BUILDING, voice=voice, name=uuid.uuid4().hex)
    build = budget.spend(second.account, voice, now=now)
    assert admission._begin(second, voice, build, owner=voice, now=now) is False
    build.refresh_from_db()
    assert (build.outcome, build.failure) == (Build.Outcome.NOT_MADE, "outrun")
