from datetime import timedelta

import pytest
from django.utils import timezone

from pool import foresight, jobs
from pool.capacity import resize
from pool.models import Account, RememberedHabit, Slot
from pool.tests.factories import make_voice, soon
from voices.models import Voice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]
NOW = timezone.now()
WEEK = timedelta(days=7)


def performs_weekly(voice: Voice, *, returns_in: timedelta) -> None:
    last = NOW + returns_in - WEEK
    pauses = [WEEK.total_seconds()] * 3
    RememberedHabit.objects.create(
        voice=voice, score=3, first_used_at=last - 3 * WEEK, last_used_at=last, pauses=pauses
    )


def residents() -> set[Voice]:
    return {slot.voice for slot in Slot.objects.filter(state=Slot.State.READY).select_related("voice")}


def warm() -> int:
    return foresight.warm_ahead(now=NOW, limit=5, deadline=soon())


def test_who_comes_back_within_the_half_hour_finds_the_voice_made() -> None:
    resize(2, deadline=soon())
    soonest, later = make_voice(), make_voice()
    performs_weekly(soonest, returns_in=timedelta(minutes=20))
    performs_weekly(later, returns_in=timedelta(hours=2))
    assert warm() == 1
    assert residents() == {soonest}
    assert warm() == 0


def test_nobody_leaves_for_it() -> None:
    resize(1, deadline=soon())
    for voice in (make_voice(), make_voice()):
        performs_weekly(voice, returns_in=timedelta(minutes=5))
    assert warm() == 1
    assert warm() == 0


def test_when_creations_run_low_none_is_spent_on_foresight() -> None:
    resize(1, deadline=soon())
    performs_weekly(make_voice(), returns_in=timedelta(0))
    Account.objects.update(creations_limit=65, creations_used=56, polled_at=NOW)
    assert warm() == 0


def test_a_discard_is_deleted_when_its_time_has_come() -> None:
    resize(1, deadline=soon())
    performs_weekly(make_voice(), returns_in=timedelta(0))
    warm()
    long_ago = NOW - timedelta(hours=1)
    waiting = {"state": Slot.State.DELETING, "voice": None, "last_used_at": long_ago}
    discard = Slot.objects.filter(pk=Slot.objects.get(state=Slot.State.READY).pk)
    discard.update(retry_at=NOW + timedelta(hours=1), **waiting)
    assert jobs.delete_discards() == "0 clones deleted"
    discard.update(retry_at=long_ago)
    assert jobs.delete_discards() == "1 clones deleted"
    assert discard.get().state == Slot.State.FREE
