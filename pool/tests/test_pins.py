from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pool import admission, eviction
from pool.admission import SlotsBusy, admit
from pool.capacity import resize
from pool.models import Slot
from pool.tests.factories import grow_cold, make_voice, soon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def pinned_until(slot: Slot) -> datetime:
    return Slot.objects.get(pk=slot.pk).pinned_until


def test_a_performance_that_is_over_pins_nothing() -> None:
    voice = make_voice()
    grow_cold(admit(voice, deadline=soon(), pin_seconds=0))
    slot = admit(voice, deadline=soon(), pin_seconds=30)
    admission.release(slot)
    assert pinned_until(slot) < timezone.now()


def test_of_two_performances_of_one_voice_the_one_that_goes_on_keeps_its_pin() -> None:
    voice = make_voice()
    first, second = (admit(voice, deadline=soon(), pin_seconds=30) for _ in range(2))
    admission.release(first)
    assert pinned_until(second) > timezone.now() + timedelta(seconds=20)
    admission.release(second)
    assert pinned_until(second) == second.pinned_before


def test_the_second_may_end_first_too() -> None:
    voice = make_voice()
    first, second = (admit(voice, deadline=soon(), pin_seconds=30) for _ in range(2))
    admission.release(second)
    assert pinned_until(first) == first.pinned_until
    admission.release(first)
    assert pinned_until(first) < timezone.now()


def test_a_show_stays_pinned_after_a_performance_in_it() -> None:
    voice = make_voice()
    show = admit(voice, deadline=soon(), pin_seconds=1800)
    admission.release(admit(voice, deadline=soon(), pin_seconds=30))
    assert pinned_until(show) == show.pinned_until


def test_who_looked_before_somebody_else_touched_keeps_both_pins() -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    seen_early = Slot.objects.select_related("account").get(voice=voice)
    longer = admit(voice, deadline=soon(), pin_seconds=600)
    assert admission.touch(seen_early, now=timezone.now(), pin_seconds=30)
    assert pinned_until(longer) == longer.pinned_until
    admission.release(seen_early)
    assert pinned_until(longer) == longer.pinned_until


def test_the_next_voice_in_a_place_inherits_no_pin() -> None:
    resize(1, deadline=soon())
    voice = make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=1800)
    Slot.objects.filter(pk=slot.pk).update(last_used_at=timezone.now() - timedelta(minutes=1))
    eviction.discard(voice, now=timezone.now(), deadline=soon())
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert pinned_until(slot) < timezone.now() + timedelta(seconds=1)


def test_a_new_clone_of_somebody_who_comes_seldom_is_pinned_before_anybody_may_take_it() -> None:
    resize(1, deadline=soon())
    seldom = make_voice()
    grow_cold(admit(seldom, deadline=soon(), pin_seconds=0))
    grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    slot = admit(seldom, deadline=soon(), pin_seconds=30)
    assert slot.last_used_at > timezone.now() - timedelta(seconds=5)
    assert eviction.leaving(now=timezone.now()) == []


def test_whom_staff_have_pinned_stays() -> None:
    resize(1, deadline=soon())
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    grow_cold(slot)
    assert admission.pin(slot, until=timezone.now() + timedelta(days=2))
    with pytest.raises(SlotsBusy):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert admission.unpin(slot, now=timezone.now() - timedelta(minutes=1))
    assert admit(make_voice(), deadline=soon(), pin_seconds=0).pk == slot.pk


def test_what_staff_unpin_may_finish_what_it_says() -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    admission.pin(slot, until=timezone.now() + timedelta(days=2))
    now = timezone.now()
    assert admission.unpin(slot, now=now)
    slot.refresh_from_db()
    assert timedelta(0) < slot.pinned_until - now <= eviction.LONGEST_SYNTHESIS


@pytest.mark.parametrize("meanwhile", [{"state": Slot.State.DELETING}, {"name": "another clone"}])
def test_staff_pin_no_clone_but_the_one_they_saw(meanwhile: dict[str, str]) -> None:
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    Slot.objects.filter(pk=slot.pk).update(**meanwhile)
    assert not admission.pin(slot, until=timezone.now() + timedelta(days=2))
    slot.refresh_from_db()
    assert slot.pinned_until < timezone.now() + timedelta(days=1)
