from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import User
from perform import days
from perform.jobs import count_days
from perform.models import Day, Performance

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONDAY = NOON.date()


@pytest.fixture
def ended(alice: User):
    def ended(at: datetime = NOON, *, first_audio: float = 500, **fields: object) -> Performance:
        usual = {"state": "done", "voice_source": "pooled", "characters": 100, "language": "en"}
        timings = {"first_audio": first_audio}
        return Performance.objects.create(
            user=alice, created_at=at, **{**usual, "timings": timings, **fields}
        )

    return ended


def test_a_day_counts_what_ended_well_and_what_did_not(ended) -> None:
    ended()
    ended(voice_source="tts")
    ended(state="failed", failure="slots_busy", characters=0)
    ended(state="running")
    day = days.count(MONDAY, now=NOON)
    assert (day.done, day.failed, day.pooled, day.characters) == (2, 1, 1, 200)
    assert day.failures == {"slots_busy": 1}
    assert sum(day.first_audio) == 2


def test_a_day_begins_and_ends_at_midnight(ended) -> None:
    midnight = NOON - timedelta(hours=12)
    for at in (midnight - timedelta(milliseconds=1), midnight, midnight + timedelta(days=1)):
        ended(at)
    assert days.count(MONDAY, now=NOON).done == 1


def test_a_pack_counts_its_characters_and_is_no_performance(ended) -> None:
    ended(kind="pack", characters=4000)
    day = days.count(MONDAY, now=NOON)
    assert (day.done, day.characters, sum(day.first_audio)) == (0, 4000, 0)


def test_counting_again_changes_nothing_but_what_came_since(ended) -> None:
    ended()
    days.count(MONDAY, now=NOON)
    ended()
    days.count(MONDAY, now=NOON)
    assert (Day.objects.get().done, days.count(MONDAY, now=NOON).done) == (2, 2)


def test_a_day_is_counted_until_an_hour_after_its_end(ended) -> None:
    early = NOON - timedelta(hours=11, minutes=30)
    assert days.outstanding(now=early, days=2) == [MONDAY, MONDAY - timedelta(days=1)]
    days.count(MONDAY - timedelta(days=1), now=early)
    assert days.outstanding(now=early, days=2) == [MONDAY, MONDAY - timedelta(days=1)]
    days.count(MONDAY - timedelta(days=1), now=NOON)
    assert days.outstanding(now=NOON, days=2) == [MONDAY]


def test_the_job_fills_in_missed_days_a_few_at_a_time() -> None:
    with time_machine.travel(NOON, tick=False):
        assert [count_days() for _ in range(2)] == ["3 days counted"] * 2
    assert Day.objects.count() == 5  # today was counted twice


def test_the_last_days_are_whole_and_in_order(ended) -> None:
    ended()
    days.count(MONDAY, now=NOON)
    shown = days.lately(now=NOON, days=3)
    assert [(day.date, day.done) for day in shown] == [
        (date(2026, 11, 21), 0),
        (date(2026, 11, 22), 0),
        (MONDAY, 1),
    ]
    assert (days.total(shown).done, sum(days.total(shown).first_audio)) == (1, 1)


def test_percentiles_are_read_between_the_bounds_of_the_buckets(ended) -> None:
    for first_audio in (250, 300, 350, 390, 2900):
        ended(first_audio=first_audio)
    counts = days.count(MONDAY, now=NOON).first_audio
    assert (days.percentile(counts, 0.5), days.percentile(counts, 0.95)) == (325, 2750)
    assert days.percentile([], 0.5) is None


def test_what_took_longer_than_the_last_bound_is_said_to_take_that_long(ended) -> None:
    ended(first_audio=60_000)
    assert days.percentile(days.count(MONDAY, now=NOON).first_audio, 0.5) == 20_000
