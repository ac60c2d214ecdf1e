"""Who gets the provider's few places, and that nobody keeps one for ever."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from voices.providers import governor
from voices.providers.base import ProviderBusy
from voices.providers.governor import OwnLine, RedisLine, Ticket, calling, entering, place

SOON = 20.0


def ticket(who: str, arrived: float, *, background: bool = False, holds: bool = False) -> Ticket:
    return Ticket(who, background, arrived, 0, holds)


def test_who_came_first_goes_first() -> None:
    tickets = {"b": ticket("bob", 2), "a": ticket("alice", 1), "c": ticket("carol", 3)}
    assert entering(tickets, size=2) == {"a", "b"}


def test_a_performer_on_stage_goes_before_work_that_nobody_waits_for() -> None:
    tickets = {"job": ticket("job", 1, background=True), "a": ticket("alice", 2)}
    assert entering(tickets, size=1) == {"a"}


def test_background_work_leaves_half_of_the_places_free() -> None:
    tickets = {str(number): ticket(str(number), number, background=True) for number in range(4)}
    assert entering(tickets, size=4) == {"0", "1"}


def test_one_user_gets_half_of_the_places_while_somebody_waits() -> None:
    tickets = {f"alice{number}": ticket("alice", number) for number in range(4)}
    assert entering({**tickets, "b": ticket("bob", 9)}, size=4) == {"alice0", "alice1", "alice2", "b"}
    held = {key: value._replace(holds=True) for key, value in list(tickets.items())[:2]}
    waiting = {"alice2": ticket("alice", 1), "b": ticket("bob", 9)}
    assert entering({**held, **waiting}, size=3) == {"b"}


def test_one_user_alone_gets_all() -> None:
    tickets = {str(number): ticket("alice", number) for number in range(5)}
    assert entering(tickets, size=4) == {"0", "1", "2", "3"}


def test_no_place_is_free_when_the_plan_has_shrunk() -> None:
    tickets = {str(number): ticket(str(number), number, holds=True) for number in range(3)}
    assert entering({**tickets, "a": ticket("alice", 9)}, size=2) == set()


@pytest.fixture(params=["own", *(["redis"] if project.REDIS_URL else [])])
def line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """This process's line, and Redis's where there is one."""
    made = OwnLine() if request.param == "own" else RedisLine(project.REDIS_URL)
    monkeypatch.setattr(governor, "_line", lambda: made)
    yield made
    if isinstance(made, RedisLine):
        made.close()


def test_never_more_than_the_places_are_held_at_once(line: Any) -> None:
    lock, inside, most = threading.Lock(), 0, 0

    def call(number: int) -> None:
        nonlocal inside, most
        with place("a", size=3, who=str(number), deadline=time.monotonic() + 10):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.005)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(call, range(36)))
    assert (most, governor.held("a")) == (3, 0)


def test_accounts_have_places_of_their_own(line: Any) -> None:
    soon = time.monotonic() + SOON
    with place("a", size=1, who="", deadline=soon), place("b", size=1, who="", deadline=soon):
        assert (governor.held("a"), governor.held("b")) == (1, 1)


def test_who_would_get_a_place_too_late_is_told_when_to_come_back(line: Any) -> None:
    with place("a", size=1, who="", deadline=time.monotonic() + SOON):
        with (
            pytest.raises(ProviderBusy) as caught,
            place("a", size=1, who="", deadline=time.monotonic() + 0.1),
        ):
            pass
        assert caught.value.retry_after == 2
    assert governor.held("a") == 0


def test_a_place_is_given_back_after_a_failure(line: Any) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), place("a", size=1, who="", deadline=time.monotonic() + SOON):
            raise ZeroDivisionError


def test_the_place_of_a_dead_process_comes_free(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(governor, "GRACE_SECONDS", 0)
    left_behind = place("a", size=1, who="", deadline=time.monotonic() + 0.3)
    left_behind.__enter__()
    with place("a", size=1, who="", deadline=time.monotonic() + SOON):
        assert governor.held("a") == 1


def test_who_stopped_waiting_without_a_word_holds_nobody_up(
    line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(governor, "WAITING_SECONDS", 0.05)
    with place("a", size=1, who="", deadline=time.monotonic() + SOON):
        assert not line.enter("a", "dead", ticket("x", 0), size=1, done_by=0)
    with place("a", size=1, who="", deadline=time.monotonic() + SOON):
        assert governor.held("a") == 1


def test_a_call_belongs_to_the_user_who_is_named(line: Any) -> None:
    with calling(who="alice", background=True), place("a", size=1, who="", deadline=time.monotonic() + SOON):
        found = line.tickets("a")
    assert [(ticket.who, ticket.background) for ticket in found.values()] == [("alice", True)]


def test_without_redis_nobody_is_held_back(caplog: pytest.LogCaptureFixture) -> None:
    line = RedisLine("redis://127.0.0.1:1/0")
    assert line.enter("a", "1", ticket("alice", 1), size=0, done_by=0)
    line.leave("a", "1")
    assert line.tickets("a") == {}
    line.close()
    assert {record.message for record in caplog.records} == {"governor_unreachable"}


TICKETS = st.lists(
    st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), min_size=1, max_size=9
).map(
    lambda drawn: [
        Ticket(who, background, float(number), 0, holds)
        for number, (who, background, holds) in enumerate(drawn)
    ]
)


@pytest.mark.skipif(not project.REDIS_URL, reason="There is no Redis.")
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TICKETS, st.integers(0, 6))
def test_redis_decides_as_we_do(offline_world: None, standing: list[Ticket], size: int) -> None:
    line, later = RedisLine(project.REDIS_URL), time.time() + 60
    account = uuid4().hex
    tickets = {str(number): each._replace(expires=later) for number, each in enumerate(standing)}
    name = governor._name(account)
    with closing(line):
        line._redis.hset(name, mapping={key: json.dumps(each) for key, each in tickets.items()})
        waiting = {key for key, each in tickets.items() if not each.holds}
        chosen = entering(tickets, size=size)
        for key in waiting:
            line._redis.hset(name, key, json.dumps(tickets[key]))
            assert line.enter(account, key, tickets[key], size=size, done_by=later) == (key in chosen)
            line._redis.hset(name, key, json.dumps(tickets[key]))
        line._redis.delete(name)
