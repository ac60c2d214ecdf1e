"""Calls end when they must, whatever the server does."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from thoughtvoice.double import Double
from voices.providers import outgoing
from voices.providers.outgoing import Limits, PerProcess, limited

KEY = {"xi-api-key": "key"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with outgoing.client() as client:
        yield client


def get(
    client: httpx.Client, double: Double, fault: str, *, seconds: float = 20, **limits: Any
) -> httpx.Response:
    double.script.add("models", fault)
    with limited(Limits(deadline=time.monotonic() + seconds, **limits)):
        return client.get(f"{double.url}/v1/models", headers=KEY)


@pytest.mark.parametrize("fault", ["hang", "drip", "drip_headers", "stall_mid_body"])
def test_the_deadline_ends_what_never_ends(client: httpx.Client, double: Double, fault: str) -> None:
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        get(client, double, fault, seconds=0.5)
    assert 0.4 < time.monotonic() - started < 10


@pytest.mark.parametrize("fault", ["hang", "drip_headers"])
def test_the_first_byte_has_a_limit_of_its_own(client: httpx.Client, double: Double, fault: str) -> None:
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        get(client, double, fault, first_byte=0.1)
    assert time.monotonic() - started < 10


def test_so_has_every_pause_in_the_body(client: httpx.Client, double: Double) -> None:
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        get(client, double, "stall_mid_body", idle=0.1)
    assert time.monotonic() - started < 10


def test_an_answer_too_large_is_not_read_to_its_end(client: httpx.Client, double: Double) -> None:
    with pytest.raises(httpx.ReadError):
        get(client, double, "ten_megabytes", max_bytes=100_000)


def test_a_redirect_is_an_answer(client: httpx.Client, double: Double) -> None:
    assert get(client, double, "redirect").status_code == 307


def test_the_limits_hold_for_a_body_that_is_read_later(client: httpx.Client, double: Double) -> None:
    double.script.add("models", "drip")
    with limited(Limits(deadline=time.monotonic() + 0.5)):
        request = client.build_request("GET", f"{double.url}/v1/models", headers=KEY)
        response = client.send(request, stream=True)
    with pytest.raises(httpx.ReadTimeout):
        response.read()


def test_a_call_without_limits_is_a_mistake(client: httpx.Client, double: Double) -> None:
    with pytest.raises(LookupError):
        client.get(double.url)


def test_a_request_that_was_sent_is_told_and_one_that_was_not_is_not(
    client: httpx.Client, double: Double
) -> None:
    sent = threading.Event()
    with outgoing.telling(sent), pytest.raises(httpx.PoolTimeout):
        get(client, double, "hang", seconds=0)
    assert not sent.is_set()
    with outgoing.telling(sent), pytest.raises(httpx.ReadTimeout):
        get(client, double, "hang", seconds=0.5)
    assert sent.is_set()


def slowly() -> object:
    time.sleep(0.01)
    return object()


def test_threads_get_the_same_thing_made_once() -> None:
    start = threading.Barrier(8)
    shared = PerProcess(slowly)

    def get_it(_: int) -> int:
        start.wait()
        return id(shared.get())

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(get_it, range(8)))) == 1


def test_what_was_taken_away_is_made_again() -> None:
    shared: PerProcess[list[int]] = PerProcess(list)
    first = shared.get()
    assert shared.take() is first
    assert shared.take() is None
    assert shared.get() is not first
