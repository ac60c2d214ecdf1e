import json
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.pool_policy import POLICIES, simulate
from benchmarks.workloads import trace
from pool.ghost import REMEMBERED, State, replay, start
from pool.policy import STRATEGIES

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def seen(state: State, voices: str, *, minutes: float = 60) -> State:
    """After uses of these one-letter voices, one every so many minutes."""
    step = timedelta(minutes=minutes)
    return replay(state, [(voice, NOON + step * i) for i, voice in enumerate(voices, state["uses"])])


def hits(state: State) -> dict[tuple[str, int], int]:
    return {(ghost["strategy"], ghost["capacity"]): ghost["hits"] for ghost in state["ghosts"]}


def test_each_strategy_is_played_with_each_capacity() -> None:
    state = start(["lru", "hybrid"], [20, 10, 10])
    assert hits(state) == {("lru", 10): 0, ("lru", 20): 0, ("hybrid", 10): 0, ("hybrid", 20): 0}


def test_a_larger_pool_would_have_hit_where_a_smaller_missed() -> None:
    state = seen(start(["lru"], [1, 2, 3]), "abcabc")
    assert (state["uses"], hits(state)) == (6, {("lru", 1): 0, ("lru", 2): 0, ("lru", 3): 3})


@pytest.fixture(scope="module")
def uses():
    return trace("weekly", 60, seed=5)[:1500]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_hits_are_those_of_the_simulation(strategy, uses) -> None:
    after = replay(start([strategy], [12, 20]), [(str(use.user), use.at) for use in uses])
    simulated = {
        (strategy, capacity): sum(simulate(uses, capacity, POLICIES[strategy]).hits) for capacity in [12, 20]
    }
    assert hits(after) == simulated


def test_batches_through_json_change_nothing(uses) -> None:
    events = [(str(use.user), use.at) for use in uses[:600]]
    batched = begun = start(STRATEGIES, [2, 3])
    for first in range(0, len(events), 7):
        batched = json.loads(json.dumps(replay(batched, events[first : first + 7])))
    assert batched == replay(begun, events)


def test_the_state_it_was_given_is_left_as_it_was() -> None:
    before = seen(start(["lru"], [2]), "abc")
    copy = json.loads(json.dumps(before))
    seen(before, "def")
    assert before == copy


def test_memory_is_bounded_however_many_voices_come() -> None:
    voices = [(str(number), NOON + timedelta(minutes=number)) for number in range(300)]
    state = replay(start(["lru", "hybrid"], [3, 5]), voices)
    assert len(state["habits"]) == 3 + 3 + 5 + 5 + REMEMBERED * 5
    assert [len(ghost["residents"]) for ghost in state["ghosts"]] == [3, 5, 3, 5]


def test_who_was_used_longest_ago_is_forgotten_and_not_who_came_first() -> None:
    state = seen(start(["lru"], [1]), "abcdeaf")
    assert [voice for voice, *_ in state["habits"]] == [*"cdeaf"]


def test_whoever_is_resident_somewhere_is_not_forgotten() -> None:
    regular = [("regular", NOON + timedelta(days=day)) for day in range(30)]
    strangers = [(str(number), NOON + timedelta(days=29, minutes=20 * number)) for number in range(1, 60)]
    state = replay(start(["lru", "hybrid"], [3]), regular + strangers)
    assert [ghost["residents"] for ghost in state["ghosts"]] == [["57", "58", "59"], ["regular", "58", "59"]]
    assert "regular" in {voice for voice, *_ in state["habits"]}


def test_equal_instants_and_a_clock_that_goes_backwards_break_nothing() -> None:
    state = replay(start(STRATEGIES, [1]), [("a", NOON), ("b", NOON), ("a", NOON - timedelta(days=1))])
    assert set(hits(state).values()) == {0}
