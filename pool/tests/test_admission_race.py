"""Many at once: threads of one process here, processes in benchmarks/pool_stress.py."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from pool import eviction
from pool.admission import SlotsBusy, admit, renew
from pool.capacity import resize
from pool.models import Build, Slot
from pool.tests.factories import grow_cold, make_voice, soon
from pool.tests.test_admission import with_new_recording
from thoughtvoice.double import Double
from thoughtvoice.double.state import Settings, violations
from voices.models import Voice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_the_double")]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The result of each, or what it raised."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_all_who_wait_for_one_voice_share_one_build(double: Double) -> None:
    double.reset(Settings(clone_seconds=0.2))
    voice = make_voice()
    slots = at_once(*[lambda: admit(voice, deadline=soon(), pin_seconds=0)] * 8)
    assert len({slot.remote_id for slot in slots}) == 1
    assert Build.objects.filter(outcome=Build.Outcome.MADE).count() == 1
    assert [event["event"] for event in double.workspace.events].count("created") == 1


def test_twelve_voices_in_three_places_never_overshoot(double: Double) -> None:
    double.reset(Settings(voice_limit=3, creations_limit=None, concurrency=50))
    resize(3, deadline=soon())
    voices = [make_voice() for _ in range(12)]

    def perform(voice: Voice) -> Slot:
        until = time.monotonic() + 10
        while True:
            try:
                return admit(voice, deadline=until, pin_seconds=0)
            except SlotsBusy:
                if time.monotonic() > until:
                    raise

    results = at_once(*[lambda voice=voice: perform(voice) for voice in voices])
    assert [result for result in results if not isinstance(result, Slot)] == []
    assert violations(double.workspace.events, voice_limit=3) == []
    ready = Slot.objects.filter(state=Slot.State.READY)
    assert {v.name for v in double.workspace.voices} == set(ready.values_list("name", flat=True))


def test_a_pinned_voice_is_not_evicted_by_a_crowd(double: Double) -> None:
    double.reset(Settings(voice_limit=2, creations_limit=None, concurrency=50))
    resize(2, deadline=soon())
    star = make_voice()
    slot = admit(star, deadline=soon(), pin_seconds=60)
    crowd = [make_voice() for _ in range(6)]
    at_once(*[lambda voice=voice: admit(voice, deadline=soon(), pin_seconds=0) for voice in crowd])
    slot.refresh_from_db()
    assert (slot.state, slot.voice_id) == (Slot.State.READY, star.pk)
    assert slot.remote_id in {voice.voice_id for voice in double.workspace.voices}


def test_a_clone_that_leaves_while_its_successor_is_made_takes_that_one_along(double: Double) -> None:
    voice = make_voice()
    grow_cold(admit(voice, deadline=soon(), pin_seconds=0))
    double.reset(Settings(clone_seconds=0.5))
    slot = Slot.objects.get(voice=voice)
    anew = with_new_recording(voice)

    def leave() -> bool:
        while not Build.objects.filter(outcome=Build.Outcome.RUNNING).exists():
            time.sleep(0.01)
        return eviction.evict(slot, reason="room", now=timezone.now(), deadline=soon())

    assert at_once(lambda: renew(anew, deadline=soon()), leave) == [False, True]
    [made] = double.workspace.voices
    leaving = Slot.objects.get(state=Slot.State.DELETING)
    assert (leaving.name, leaving.remote_id) == (made.name, made.voice_id)
    assert not Slot.objects.filter(voice=voice).exists()
