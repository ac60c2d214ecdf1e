"""The streamed answer through a real gunicorn: whole, broken off, and left alone."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import Charge, User
from perform import concurrently, performances
from perform.models import Performance
from perform.performances import Stream, Wish
from perform.streaming import Spool
from perform.tests.server import serving
from perform.tests.stage import QUEEN, charged, give_voice, seconds_of
from pool.admission import admit
from pool.models import Slot
from thoughtvoice.double import Double, Settings
from voices.providers.base import Delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def port(
    running_double: Double, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("served")
    with serving(double_url=running_double.url, folder=folder) as port:
        yield port


@contextmanager
def pressed(
    port: int, user: User, **wish: str
) -> Iterator[tuple[http.client.HTTPConnection, http.client.HTTPResponse]]:
    """A press, and its answer as far as its headers."""
    access = tokens.open_device(user, name="phone", now=timezone.now())["access"]
    headers = {
        "Accept": "audio/mpeg",
        "Authorization": f"Bearer {access}",
        "Content-Type": "application/json",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
        client.request("POST", "/perform", json.dumps({**QUEEN, **wish}), headers)
        with closing(client.getresponse()) as answer:
            yield client, answer


def soon(condition: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def ended() -> bool:
    running = Performance.objects.filter(state=Performance.State.RUNNING)
    held = Charge.objects.filter(state=Charge.State.HELD)
    return not running.exists() and not held.exists()


def test_the_sound_comes_while_it_is_made(port: int, double: Double, alice: User, bob: User) -> None:
    with pressed(port, bob) as (_, answer):  # a process's first performance loads what later ones find
        answer.read()
    double.reset(Settings(speech_pace=1.0))
    with pressed(port, alice) as (_, answer):
        first = answer.read1(65_536)
        assert double.workspace.speaking == 1
        rest = answer.read()
    assert soon(ended)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    performance = Performance.objects.get(user=alice)
    assert abs(seconds_of(first + rest) - performance.seconds) < 0.2
    assert charged(alice) == len(performance.text)
    assert [step.split(";")[0].strip() for step in answer.headers["Server-Timing"].split(",")] == [
        *("reserve", "writer", "voice", "speech", "first_audio", "app"),
    ]


def test_speech_that_breaks_off_is_heard_to_break_off(port: int, double: Double, alice: User) -> None:
    double.script.add("speak", "drop_mid_body")
    with pressed(port, alice) as (_, answer):
        assert answer.status == 200
        with pytest.raises(http.client.IncompleteRead) as broken:
            answer.read()
    assert len(broken.value.partial) > 1000
    assert soon(ended)
    assert Performance.objects.get().failure == "provider_unavailable"
    assert charged(alice) == 0


def test_who_hangs_up_ends_the_speech_and_pays_nothing(port: int, double: Double, alice: User) -> None:
    double.reset(Settings(speech_pace=1.0))
    with pressed(port, alice) as (_, answer):
        answer.read1(1000)
        assert double.workspace.speaking == 1
    assert soon(ended)
    assert soon(lambda: double.workspace.speaking == 0)
    assert Performance.objects.get().failure == "cancelled"
    assert charged(alice) == 0


def test_who_hangs_up_pins_nothing(port: int, on_the_double: Double, alice: User) -> None:
    slot = admit(give_voice(alice), deadline=time.monotonic() + 20, pin_seconds=0)
    space = on_the_double.workspace
    space.settings = replace(space.settings, speech_pace=1.0)
    with pressed(port, alice, voice="own") as (_, answer):
        answer.read1(1000)
        slot.refresh_from_db()
        assert slot.pinned_until > timezone.now() + timedelta(seconds=20)
    assert soon(lambda: Slot.objects.get(pk=slot.pk).pinned_until < timezone.now() + timedelta(seconds=1), 10)


def test_a_phone_that_reads_nothing_holds_nothing_up(port: int, double: Double, alice: User) -> None:
    with pressed(port, alice) as (_, answer):
        assert soon(ended)
        assert Performance.objects.get().state == Performance.State.DONE
        assert soon(lambda: double.workspace.speaking == 0)
        assert charged(alice) > 0
        assert seconds_of(answer.read()) > 3


@pytest.mark.parametrize(("sizes", "kept"), [([800], 0), ([800, 800], 1), ([80_000], 1), ([80_000, 800], 1)])
def test_what_a_phone_that_reads_nothing_might_hold_up_is_kept_first(sizes: list[int], kept: int) -> None:
    keeping: list[Future[None]] = []

    def keep() -> "Future[None]":
        keeping.append(Future())
        return keeping[-1]

    stream = Stream(Spool(), (bytes(size) for size in sizes), keep)
    for _ in sizes:
        next(stream)
    assert len(keeping) == kept


def test_who_is_gone_before_the_first_sound_pays_nothing(on_the_double: Double, alice: User) -> None:
    on_the_double.reset(Settings(speech_pace=1.0))
    wish = Wish(routine="cards", value="Queen of Hearts", delivery=Delivery(language="en"), own_only=False)
    performances.perform(alice, wish, now=timezone.now()).stream().close()
    concurrently.finish()
    assert Performance.objects.get().failure == "cancelled"
    assert charged(alice) == 0
