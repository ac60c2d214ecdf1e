"""A service that does not answer is left alone, and asked again by one call at a time."""

import time
from collections.abc import Callable

import pytest
import time_machine

from voices.providers.base import ProviderDown, ProviderError, VoiceGone
from voices.providers.breaker import FAILURES, FAILURES_SECONDS, OPEN_SECONDS, Breaker
from voices.providers.guarded import breaker_of

NOW = 1_800_000_000.0


@pytest.fixture
def watched() -> Breaker:
    return breaker_of("elevenlabs:test")


@pytest.fixture
def clock() -> "Callable[[float], None]":
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller.shift


def call(watched: Breaker, error: type[Exception] | None = None, *, seconds: float = 10) -> None:
    with watched.watching(deadline=time.monotonic() + seconds):
        if error:
            raise error


def fail(watched: Breaker, error: type[Exception] = ProviderError, *, seconds: float = 10) -> None:
    with pytest.raises(error):
        call(watched, error, seconds=seconds)


def test_it_opens_after_failures_in_a_row_and_says_when_to_come_back(watched: Breaker, clock: object) -> None:
    for _ in range(FAILURES):
        assert watched.state == "closed"
        fail(watched)
    assert watched.state == "open"
    with pytest.raises(ProviderDown) as caught:
        call(watched)
    assert (caught.value.retryable, caught.value.retry_after) == (True, OPEN_SECONDS)


def test_one_success_begins_the_count_anew(watched: Breaker) -> None:
    for _ in range(FAILURES - 1):
        fail(watched)
    call(watched)
    fail(watched)
    assert watched.state == "closed"


def test_a_refusal_is_an_answer(watched: Breaker) -> None:
    for _ in range(2 * FAILURES):
        fail(watched, VoiceGone)
    assert watched.state == "closed"


def test_a_call_that_had_no_time_proves_nothing(watched: Breaker) -> None:
    for _ in range(2 * FAILURES):
        fail(watched, seconds=1)
    assert watched.state == "closed"


def opened(watched: Breaker, clock: Callable[[float], None]) -> None:
    for _ in range(FAILURES):
        fail(watched)
    clock(OPEN_SECONDS + 1)


def test_one_call_at_a_time_tries_again(watched: Breaker, clock: Callable[[float], None]) -> None:
    opened(watched, clock)
    assert watched.state == "half-open"
    with watched.watching(deadline=time.monotonic() + 10), pytest.raises(ProviderDown):
        call(watched)
    assert watched.state == "closed"


def test_a_trial_closes_it_also_when_the_failures_are_long_forgotten(
    watched: Breaker, clock: Callable[[float], None]
) -> None:
    opened(watched, clock)
    clock(FAILURES_SECONDS)
    call(watched)
    assert watched.state == "closed"


def test_a_trial_that_fails_opens_it_again_at_once(watched: Breaker, clock: Callable[[float], None]) -> None:
    opened(watched, clock)
    fail(watched, seconds=1)
    assert watched.state == "open"
    clock(OPEN_SECONDS + 1)
    call(watched)
    assert watched.state == "closed"


def test_a_trial_that_is_refused_lets_the_next_one_try(
    watched: Breaker, clock: Callable[[float], None]
) -> None:
    opened(watched, clock)
    fail(watched, VoiceGone)
    call(watched)
    assert watched.state == "closed"


def test_a_trial_whose_process_died_is_followed_by_another(
    watched: Breaker, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Redis has a clock of its own that no test can move, and forgets at once what is to last half a second.
    monkeypatch.setattr("voices.providers.breaker.PROBE_SECONDS", 0.5)
    opened(watched, clock)
    left_behind = watched.watching(deadline=time.monotonic() + 10)
    left_behind.__enter__()
    clock(1)
    call(watched)
    assert watched.state == "closed"


def test_services_are_left_alone_one_by_one(watched: Breaker) -> None:
    for _ in range(FAILURES):
        fail(watched)
    assert breaker_of("elevenlabs:other").state == "closed"
