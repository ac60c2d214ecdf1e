"""What every claim of ours rests on, proven on whichever database the suite runs on."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Case, F, Q, Sum, Value, When

from accounts.models import ActivationCode, Charge, User
from pool.models import Slot
from voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)

RACERS = 8
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def race(act: Callable[[int], Any]) -> list[Any]:
    """What each of eight threads returned, or the class of what it raised, when all began at once."""
    start = Barrier(RACERS)

    def run(number: int) -> Any:
        start.wait()
        try:
            return act(number)
        except Exception as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as threads:
        return list(threads.map(run, range(RACERS)))


@pytest.fixture
def slot() -> Slot:
    return Slot.objects.get(number=1)


def test_of_eight_conditional_updates_exactly_one_finds_its_row(slot: Slot) -> None:
    for turn in range(10):
        unmoved = Slot.objects.filter(pk=slot.pk, turn=turn)
        assert Counter(race(lambda n, rows=unmoved: rows.update(turn=F("turn") + 1, name=str(n)))) == {
            1: 1,
            0: RACERS - 1,
        }


def test_the_winner_of_a_race_is_the_one_that_was_told_so(slot: Slot) -> None:
    won = race(lambda number: Slot.objects.get(pk=slot.pk).move(name=f"racer {number}"))
    slot.refresh_from_db()
    assert slot.turn == won.count(True)
    assert slot.name in {f"racer {number}" for number in range(RACERS) if won[number]}


def test_no_increment_in_the_database_is_lost(slot: Slot) -> None:
    race(lambda _: [Slot.objects.filter(pk=slot.pk).update(revision=F("revision") + 1) for _ in range(10)])
    slot.refresh_from_db()
    assert slot.revision == RACERS * 10


def test_a_unique_name_is_given_once(make_user: Callable[..., User]) -> None:
    outcomes = race(lambda number: make_user("Carol" if number % 2 else "carol").username_key)
    assert Counter(outcomes) == {"carol": 1, IntegrityError: RACERS - 1}


def test_a_voice_gets_one_slot_whoever_claims_it(alice: User) -> None:
    voice = Voice.objects.create(user=alice)
    slots = list(Slot.objects.all()[:RACERS])
    outcomes = race(lambda number: slots[number].move(voice=voice))
    assert Counter(outcomes) == {True: 1, IntegrityError: RACERS - 1}
    assert Slot.objects.filter(voice=voice).count() == 1


def test_any_number_of_slots_have_no_voice() -> None:
    assert Slot.objects.filter(voice=None).count() == Slot.objects.count() == 10


def test_a_voice_that_is_deleted_leaves_its_slot_ownerless(alice: User, slot: Slot) -> None:
    slot.move(voice=Voice.objects.create(user=alice), remote_id="kept")
    alice.delete()
    slot.refresh_from_db()
    assert (slot.voice_id, slot.remote_id) == (None, "kept")


def test_a_code_is_claimed_for_a_user_who_is_not_there_yet() -> None:
    code = ActivationCode.objects.create(code="A")
    user = User(username="carol")
    assert (
        race(lambda _: ActivationCode.objects.filter(pk=code.pk, used_by=None).update(used_by=user.pk)).count(
            1
        )
        == 1
    )
    code.refresh_from_db()
    assert code.used_by_id == user.pk


def test_the_later_of_two_instants_stays(slot: Slot) -> None:
    def pin(until: datetime) -> None:
        later = Case(When(pinned_until__lt=until, then=Value(until)), default=F("pinned_until"))
        assert Slot.objects.filter(pk=slot.pk).update(pinned_until=later) == 1

    Slot.objects.update(pinned_until=NOON)
    pin(NOON - timedelta(hours=1))
    assert Slot.objects.get(pk=slot.pk).pinned_until == NOON
    race(lambda number: pin(NOON + timedelta(seconds=number)))
    assert Slot.objects.get(pk=slot.pk).pinned_until == NOON + timedelta(seconds=RACERS - 1)


def test_an_instant_finds_the_row_it_was_written_to(slot: Slot) -> None:
    """MongoDB keeps milliseconds, of rows and of what is asked for alike."""
    written = NOON + timedelta(microseconds=123_456)
    Slot.objects.filter(pk=slot.pk).update(last_used_at=written)
    read = Slot.objects.get(pk=slot.pk).last_used_at
    assert Slot.objects.filter(pk=slot.pk, last_used_at=written).update(turn=1) == 1
    assert Slot.objects.filter(pk=slot.pk, last_used_at=read).update(turn=2) == 1


def test_sums_by_state_count_every_row_that_was_written(alice: User) -> None:
    race(
        lambda number: Charge.objects.create(
            user=alice, number=number, characters=10, state=["held", "settled"][number % 2]
        )
    )
    sums = Charge.objects.filter(user=alice).aggregate(
        held=Sum("characters", filter=Q(state="held")),
        settled=Sum("characters", filter=Q(state="settled")),
    )
    assert sums == {"held": 40, "settled": 40}
