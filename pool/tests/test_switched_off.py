"""With the pool off no clone is kept: none is made in advance, and those that are there leave."""

import time

import pytest
from django.utils import timezone

from pool import jobs, switches
from pool.admission import PoolOff, admit, expire_idle, renew
from pool.models import Build, Slot
from pool.tests.factories import grow_cold, make_voice, soon
from pool.tests.test_admission import with_new_recording
from thoughtvoice.double import Double

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def test_an_upload_makes_no_clone(double: Double) -> None:
    switches.change(enabled=False)
    assert jobs.build(str(make_voice().pk)) == "the pool is off"
    assert double.workspace.creations == 0


def test_the_clone_of_an_earlier_recording_is_not_made_anew(double: Double) -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    with_new_recording(voice)
    switches.change(enabled=False)
    assert jobs.renew() == "the pool is off"
    assert double.workspace.creations == 1


def test_whoever_asks_gets_none_that_would_stay(double: Double) -> None:
    resident = make_voice()
    slot = admit(resident, deadline=soon(), pin_seconds=0)
    switches.change(enabled=False)
    with pytest.raises(PoolOff):
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert admit(resident, deadline=soon(), pin_seconds=0).pk == slot.pk
    assert not renew(with_new_recording(resident), deadline=soon())
    assert double.workspace.creations == 1


def test_a_run_without_time_takes_nobody_out() -> None:
    grow_cold(admit(make_voice(), deadline=soon(), pin_seconds=0))
    switches.change(enabled=False)
    assert expire_idle(deadline=time.monotonic() - 1) == 0
    assert Slot.objects.filter(state=Slot.State.READY).count() == 1


def test_who_is_idle_leaves_and_who_was_warmed_for_a_show_stays() -> None:
    idle, warmed = admit(make_voice(), deadline=soon(), pin_seconds=0), make_voice()
    grow_cold(idle)
    admit(warmed, deadline=soon(), pin_seconds=1800)
    switches.change(enabled=False)
    assert jobs.expire() == "1 expired"
    assert [slot.voice for slot in Slot.objects.filter(state=Slot.State.READY)] == [warmed]


def test_switched_on_again_it_makes_clones_that_stay() -> None:
    switches.change(enabled=False)
    voice = make_voice()
    jobs.build(str(voice.pk))
    switches.change(enabled=True)
    jobs.build(str(voice.pk))
    assert Slot.objects.get(voice=voice).speaks
    assert Build.objects.filter(started_at__lte=timezone.now()).count() == 1
