"""The product on one host as in production, for benchmarks: MongoDB, Redis, web and worker processes, the double."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from deploy import servers  # noqa: E402
from thoughtvoice.double import Double, Settings  # noqa: E402
from thoughtvoice.processes import Child, check_port, start, stop  # noqa: E402

RECORDING = ROOT / "voices" / "recordings" / "en_f_allison_1.flac"
PASSWORD = "seven bright candles"  # noqa: S105
NONE: Mapping[str, str] = {}
PATIENCE = 6
"""Attempts at getting new tokens from processes that are killed now and then."""
TOKEN = "a token for the figures only"  # noqa: S105


@dataclass
class Stage:
    """`commands` by name; `children` are those that run now."""

    double: Double
    folder: Path
    env: dict[str, str]
    commands: dict[str, list[str]] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)

    def web(self, name: str, port: int, *options: str) -> None:
        check_port(port)
        self.commands[name] = [
            *(sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py"),
            *("--bind", f"127.0.0.1:{port}", *options),
        ]
        self.begin(name)
        wait_for_answer(port)

    def worker(self, name: str) -> None:
        self.commands[name] = [sys.executable, "manage.py", "qcluster"]
        self.begin(name)

    def begin(self, name: str) -> None:
        log = self.folder / f"{name}.log"
        self.children[name] = start(name, self.commands[name], log=log, cwd=ROOT, env=self.env)

    def kill(self, name: str) -> None:
        """As a machine does that runs out of memory: the process and all it has started, at once."""
        process = self.children[name].process
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        told = subprocess.run(command, cwd=ROOT, env=self.env, check=False, capture_output=True, text=True)  # noqa: S603
        if told.returncode:
            raise SystemExit(f"{arguments} failed: {told.stderr[-2000:]}")
        return told.stdout


@contextmanager
def running(folder: Path, plan: Settings, **env: str) -> Iterator[Stage]:
    """Migrated and without processes; everything of it has ended when the block is left."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    tallies = folder / "tallies"
    tallies.mkdir()
    with ExitStack() as stack:
        double = stack.enter_context(Double(plan))
        facts = {
            "DATABASE_URL": stack.enter_context(servers.mongodb()),
            "REDIS_URL": stack.enter_context(servers.redis_server()),
            "MEDIA_ROOT": str(folder / "media"),
            "PROMETHEUS_MULTIPROC_DIR": str(tallies),
            "METRICS_TOKEN": TOKEN,
            "ELEVENLABS_API_KEY": "a-key",
            "ELEVENLABS_BASE_URL": double.url,
            "GEMINI_API_KEY": "a-key",
            "GOOGLE_GEMINI_BASE_URL": double.url,
            "CHAR_LIMIT": "10000000",
            "CHAR_HARD_LIMIT": "10000000",
            "POOL_BUILDS_A_DAY": "1000000",
            **{
                f"RATE_LIMIT_{name}": "100000/m"
                for name in ("PERFORM", "REGISTER", "REGISTER_CODE", "UPLOAD")
            },
        }
        stage = Stage(double, folder, {**os.environ, **facts, **env})
        stack.callback(lambda: stop(stage.children.values()))
        stage.manage("migrate", "-v0")
        stage.manage("syncschedules")
        yield stage


class Person:
    """A performer's phone: one connection that is kept, and made anew when it broke."""

    def __init__(self, name: str, ports: list[int]) -> None:
        self.name = name
        self.ports = ports
        self.access = self.refresh = ""
        self.client: http.client.HTTPConnection | None = None

    def join(self, code: str) -> None:
        account = {"username": self.name, "email": f"{self.name}@example.org", "password": PASSWORD}
        status, body = self.ask("POST", "/auth/register", {**account, "activationCode": code})
        assert status == 201, body
        self._take(body)

    def record(self) -> None:
        fields = {"consent": True, "mime_type": "audio/flac", "duration_seconds": 45}
        status, body = self.ask("POST", "/user/voice", {**fields, "audio_base64": encoded(RECORDING)})
        assert status == 201, body

    def ask(
        self,
        method: str,
        path: str,
        given: Any = None,
        *,
        headers: Mapping[str, str] = NONE,
        anew: bool = False,
    ) -> tuple[int, bytes]:
        """Status and whole body, with fresh tokens where the old ones have run out.

        Raises OSError or HTTPException for an answer that breaks off.
        """
        status, body = self._ask(method, path, given, headers=headers, anew=anew)
        if status == 401 and self.refresh:
            self._sign_in_again()
            status, body = self._ask(method, path, given, headers=headers)
        return status, body

    def _sign_in_again(self) -> None:
        """A lost answer is asked for again: it is the same for thirty seconds."""
        for attempt in range(PATIENCE):
            try:
                status, body = self._ask("POST", "/auth/refresh", {"refresh": self.refresh})
            except (OSError, http.client.HTTPException):
                time.sleep(attempt)
            else:
                assert status == 200, body
                return self._take(body)
        raise ConnectionError("No new tokens were to be had.")

    def _take(self, body: bytes) -> None:
        tokens = json.loads(body)
        self.access, self.refresh = str(tokens["access"]), str(tokens["refresh"])

    def _ask(
        self, method: str, path: str, given: Any, *, headers: Mapping[str, str] = NONE, anew: bool = False
    ) -> tuple[int, bytes]:
        if self.client is None or anew:
            self.leave()
            self.client = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=40)
            self.ports = [*self.ports[1:], self.ports[0]]
        signed = {"Authorization": f"Bearer {self.access}"} if self.access else {}
        kind = {"Content-Type": "application/json"} if given is not None else {}
        try:
            self.client.request(
                method, path, json.dumps(given) if given is not None else None, {**signed, **kind, **headers}
            )
            with closing(self.client.getresponse()) as answer:
                return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.leave()
            raise

    def leave(self) -> None:
        if self.client:
            self.client.close()
        self.client = None


def encoded(file: Path) -> str:
    import base64

    return base64.b64encode(file.read_bytes()).decode()


def figures(port: int) -> dict[str, float]:
    """All of /metrics, by name and labels."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as client:
        client.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        page = client.getresponse().read().decode()
    lines = [line for line in page.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def megabytes(child: Child) -> float:
    """Proportional memory of a process and all it has started."""
    return sum(_pss(pid) for pid in _family(child.process.pid)) / 1024


def _family(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [pid, *(member for child in listed.split() for member in _family(int(child)))]


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def wait_for_answer(port: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
                client.request("GET", "/health")
                client.getresponse().read()
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"Nothing answers at {port}.")
