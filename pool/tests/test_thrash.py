"""Where creations are counted, they are not spent on a crowd that takes turns."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pool import budget
from pool.admission import SlotsBusy, admit
from pool.capacity import resize
from pool.models import Account, Build, Slot
from pool.tests.factories import make_voice, soon
from voices.models import Voice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


@pytest.fixture(autouse=True)
def one_place(settings: Any) -> None:
    settings.POOL_LEAST_RESIDENCY_SECONDS = 0
    resize(1, deadline=soon())


def counted(*, used: int, days_left: int = 30) -> None:
    now = timezone.now()
    resets_at = now + timedelta(days=days_left)
    Account.objects.update(creations_limit=60, creations_used=used, polled_at=now, resets_at=resets_at)


def with_a_clone_last_week() -> Voice:
    voice, account = make_voice(), Account.objects.get()
    then = timezone.now() - timedelta(days=7)
    made = Build.Outcome.MADE
    Build.objects.create(
        account=account, voice=voice, user=voice.user, first=True, started_at=then, outcome=made
    )
    return voice


def idle(minutes: int) -> None:
    then = timezone.now() - timedelta(minutes=minutes)
    Slot.objects.update(last_used_at=then, pinned_until=then)


def test_a_new_clone_stays_a_while_whoever_comes(settings: Any) -> None:
    settings.POOL_LEAST_RESIDENCY_SECONDS = 60
    counted(used=0)
    slot = admit(make_voice(), deadline=soon(), pin_seconds=0)
    with pytest.raises(SlotsBusy) as busy:
        admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert busy.value.retry_after == pytest.approx(60, abs=2)
    assert slot.pinned_before == slot.pinned_until


def test_where_creations_are_not_counted_nobody_waits_for_that(settings: Any) -> None:
    settings.POOL_LEAST_RESIDENCY_SECONDS = 60
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    admit(make_voice(), deadline=soon(), pin_seconds=0)


def test_when_they_run_out_too_fast_a_rebuild_disturbs_nobody_of_the_last_quarter_hour() -> None:
    counted(used=40)
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    idle(minutes=14)
    with pytest.raises(SlotsBusy, match="has just performed") as busy:
        admit(with_a_clone_last_week(), deadline=soon(), pin_seconds=0)
    assert busy.value.retry_after == 60
    assert budget.budget(Account.objects.get()).used == 41
    idle(minutes=16)
    assert admit(with_a_clone_last_week(), deadline=soon(), pin_seconds=0)


def test_a_newcomers_first_clone_goes_before_that() -> None:
    counted(used=40)
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    idle(minutes=1)
    assert admit(make_voice(), deadline=soon(), pin_seconds=0)


@pytest.mark.parametrize(
    ("used", "days_left", "scarce"),
    [(0, 30, False), (29, 30, False), (31, 30, True), (50, 8, False), (5, 90, False)],
)
def test_they_are_scarce_with_less_than_half_of_an_even_months_rest(
    used: int, days_left: int, scarce: bool
) -> None:
    counted(used=used, days_left=days_left)
    assert budget.is_scarce(Account.objects.get(), now=timezone.now()) == scarce


@pytest.mark.parametrize("unknown", ["resets_at", "creations_limit"])
def test_where_the_account_says_too_little_nothing_is_scarce(unknown: str) -> None:
    counted(used=59, days_left=30)
    Account.objects.update(**{unknown: None})
    assert not budget.is_scarce(Account.objects.get(), now=timezone.now())
