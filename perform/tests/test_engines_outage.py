"""The primary is killed or steps down while people perform: no charge is lost, no place is taken twice."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymongo
import pytest
from django.conf import settings as project
from pymongo.database import Database

from deploy import servers
from perform.tests.server import serving
from thoughtvoice.double import Double
from thoughtvoice.double.state import Settings

pytestmark = [
    pytest.mark.skipif(not project.ON_MONGODB, reason="an outage of MongoDB is tried on MongoDB"),
]

HERE = "127.0.0.1"
PLACES = 3
HIT_AFTER = (8, 16)
LONGEST_SECONDS = 120.0
PATIENCE = 8.0


class ReplicaSet:
    """So many members, whose data outlive them."""

    def __init__(self, folder: Path, *, members: int) -> None:
        self._folders = {servers.free_port(): folder / f"member{number}" for number in range(members)}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        for port, data in self._folders.items():
            data.mkdir()
            self._start(port)
        servers.initiate(*self._folders, durable=True)
        self.url = servers.mongodb_url(*self._folders)

    def kill_primary(self) -> None:
        """By kill -9, and start it again."""
        primary = self._primary()
        self._kill(primary)
        self._start(primary)

    def step_down(self) -> None:
        """The primary is asked to let another member take its part."""
        before = self._primary()
        with pymongo.MongoClient[Any](HERE, before, directConnection=True) as client:
            client.admin.command("replSetStepDown", 30, secondaryCatchUpPeriodSecs=10)
        servers.wait_until(lambda: self._primary() != before)

    def end(self) -> None:
        for port in self._processes:
            self._kill(port)

    def _start(self, port: int) -> None:
        command = servers.mongod_command(port, str(self._folders[port]))
        self._processes[port] = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        servers.wait_until(lambda: servers.listening(port))

    def _kill(self, port: int) -> None:
        self._processes[port].kill()
        self._processes[port].wait(20)

    def _primary(self) -> int:
        with pymongo.MongoClient[Any](self.url) as client:
            client.admin.command("ping")
            assert client.primary is not None
            return client.primary[1]


@dataclass
class Storm:
    """What the phones heard: of every key, its last answer."""

    port: int
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    presses: list[tuple[float, float]] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)
    over: float = field(default_factory=lambda: time.monotonic() + LONGEST_SECONDS)

    @property
    def heard(self) -> int:
        return self.kinds["200"]

    def perform(self, token: str) -> None:
        while not self.enough.is_set() and time.monotonic() < self.over:
            pressed = time.monotonic()
            self._press(token, key=uuid.uuid4().hex)
            self.presses.append((pressed, time.monotonic()))

    def was_hit_by(self, outage: tuple[float, float]) -> bool:
        """Whether somebody was performing in it, or pressed while it lasted."""
        down, up = outage
        return any(pressed < up and answered > down for pressed, answered in self.presses)

    def wait_for(self, performs: int) -> None:
        while self.heard < performs and time.monotonic() < self.over:
            time.sleep(0.02)

    def _press(self, token: str, *, key: str) -> None:
        """As the app does: the same key again until there is an answer that is no failure."""
        patience = time.monotonic() + PATIENCE
        while True:
            status, body = self._ask(token, key)
            self.answers[key] = (status, body)
            self.kinds[str(status)] += 1
            if status == 200 or time.monotonic() > patience:
                return
            time.sleep(0.3)

    def _ask(self, token: str, key: str) -> tuple[int, Any]:
        wish = {"routine_type": "cards", "value": "queen of hearts"}
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as phone:
            phone.request("POST", "/perform", json.dumps(wish), headers)
            answer = phone.getresponse()
            return answer.status, json.loads(answer.read() or b"null")


@pytest.fixture
def mongod(tmp_path: Path, members: int) -> Iterator[ReplicaSet]:
    mongod = ReplicaSet(tmp_path, members=members)
    yield mongod
    mongod.end()


@pytest.fixture
def double() -> Iterator[Double]:
    plan = Settings(voice_limit=10, creations_limit=None, characters_limit=10**9, concurrency=30)
    with Double(plan) as double:
        yield double


@pytest.fixture
def world(mongod: ReplicaSet, double: Double, tmp_path: Path) -> "World":
    return World(
        {
            "DATABASE_URL": mongod.url,
            "ELEVENLABS_API_KEY": "a-key",
            "ELEVENLABS_BASE_URL": double.url,
            "MEDIA_ROOT": str(tmp_path),
            "LOG_LEVEL": "WARNING",
            "ELEVEN_LABS_POOL_CAPACITY": str(PLACES),
            "REDIS_URL": "",
            "WEB_CONCURRENCY": "1",
            "RATE_LIMIT_PERFORM": "100000/m",
            "CHAR_LIMIT": "1000000",
            "CHAR_HARD_LIMIT": "1000000",
            "POOL_BUILDS_A_DAY": "1000",
        }
    )


@dataclass(frozen=True)
class World:
    """The product's settings, with the database that is to be killed."""

    facts: dict[str, str]

    def manage(self, *command: str) -> str:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *command],
            cwd=project.BASE_DIR,
            env={**os.environ, **self.facts},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout


PERFORMERS = """
from django.utils import timezone
from accounts import tokens
from pool.tests.factories import make_voice
for number in range(6):
    user = make_voice(f"performer{number}").user
    print(tokens.open_device(user, now=timezone.now())["access"])
"""


@pytest.mark.parametrize(
    ("members", "hit"),
    [(1, ReplicaSet.kill_primary), (3, ReplicaSet.step_down)],
    ids=["it is killed", "it steps down"],
)
def test_no_charge_is_lost_and_no_place_is_taken_twice(
    mongod: ReplicaSet, hit: Callable[[ReplicaSet], None], double: Double, world: World, tmp_path: Path
) -> None:
    world.manage("migrate", "-v0")
    tokens = world.manage("shell", "-v0", "-c", PERFORMERS).split()
    with serving(double_url=double.url, folder=tmp_path, **world.facts) as port:
        storm = Storm(port)
        phones = [threading.Thread(target=storm.perform, args=(token,)) for token in tokens]
        for phone in phones:
            phone.start()
        outages = []
        for performs in HIT_AFTER:
            storm.wait_for(performs)
            down = time.monotonic()
            hit(mongod)
            outages.append((down, time.monotonic()))
        storm.wait_for(storm.heard + len(phones))
        storm.enough.set()
        for phone in phones:
            phone.join()
    world.manage("reconcilepool", "--repair")
    assert storm.heard > HIT_AFTER[-1], storm.kinds
    assert all(storm.was_hit_by(outage) for outage in outages), "nobody performed in the outage"
    with pymongo.MongoClient[Any](mongod.url) as client:
        database = client.get_default_database()
        assert_every_charge_is_there(database, storm)
        assert_no_place_is_taken_twice(database, double)


def assert_every_charge_is_there(database: Database[Any], storm: Storm) -> None:
    """What was heard was charged, once and for as much as was spoken; and nothing else was."""
    performances = {one["id"]: one for one in database.perform_performance.find({"state": "done"})}
    charges = {one["id"]: one for one in database.accounts_charge.find()}
    heard = [
        uuid.UUID(body["performance_id"]).hex for status, body in storm.answers.values() if status == 200
    ]
    assert len(set(heard)) == len(heard)
    for key in heard:
        charge = charges[performances[key]["charge_id"]]
        assert (charge["state"], charge["characters"]) == ("settled", performances[key]["characters"])
    done = {one["charge_id"] for one in performances.values()}
    settled = {key for key, charge in charges.items() if charge["state"] == "settled"}
    assert settled <= done


def assert_no_place_is_taken_twice(database: Database[Any], double: Double) -> None:
    slots = [slot for slot in database.pool_slot.find() if slot["voice_id"]]
    assert len(slots) <= PLACES
    assert max(Counter(slot["voice_id"] for slot in slots).values()) == 1
    ready = {slot["remote_id"] for slot in slots if slot["state"] == "ready"}
    assert ready <= {voice.voice_id for voice in double.workspace.voices}
    assert max(event["voices"] for event in double.workspace.events) <= PLACES
