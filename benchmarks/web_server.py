"""How many processes and threads the web server should have, on MongoDB, Redis and the double.

    python -m benchmarks.web_server [SECONDS]

Each setting serves the same crowd: performers who press again when they have heard all, on telephones that take
the sound at 16 KB a second, and somebody who asks for /health four times a second.
"""

import http.client
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import stage as staging
from benchmarks.results import keep
from thoughtvoice.double import Settings

PORT, PERFORMERS = 8130, 40
BYTES_A_SECOND = 16_000
SETTINGS = [(1, 16), (1, 64), (2, 16), (2, 32), (2, 64), (2, 128)]
QUEEN = {"routine_type": "cards", "value": "Queen of Hearts", "voice": "any"}
PLAN = Settings(
    concurrency=1000,
    creations_limit=None,
    writing_first_token=0.4,
    writing_total=1.0,
    speech_first_byte=0.3,
    speech_pace=4.0,
)


@dataclass
class Crowd:
    """Milliseconds to each first sound and of each light request, and what failed."""

    first_sound: list[float] = field(default_factory=list)
    light: list[float] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)


def main() -> None:
    seconds = float(sys.argv[1]) if sys.argv[1:] else 15.0
    print(
        f"{PERFORMERS} performers on slow telephones for {seconds:.0f} s a setting; ideal first sound 1300 ms"
    )
    print("workers threads | performances | first sound p50   p95 ms | /health p50   p95 ms | failed | MB")
    env = {"ELEVENLABS_CONCURRENCY": "1000", "LOG_LEVEL": "ERROR", "PERFORM_DEADLINE_SECONDS": "25"}
    with tempfile.TemporaryDirectory() as folder, staging.running(Path(folder), PLAN, **env) as stage:
        codes = iter(stage.manage("issuecodes", str(PERFORMERS)).split())
        access: list[str] = []
        found = {}
        for workers, threads in SETTINGS:
            name = f"{workers} of {threads}"
            stage.env["WEB_CONCURRENCY"] = str(workers)
            stage.web(name, PORT, "--threads", str(threads), "--graceful-timeout", "2")
            access = access or [joined(number, code) for number, code in enumerate(codes)]
            crowd = gathered(access, seconds)
            memory = staging.megabytes(stage.children[name])
            print(f"{workers:7} {threads:7} | {told(crowd)} | {memory:.0f}", flush=True)
            found[f"{workers} × {threads}"] = {
                "performances": len(crowd.first_sound),
                "first_sound_p50_p95_ms": quantiles(crowd.first_sound),
                "light_p50_p95_ms": quantiles(crowd.light),
                "failed": len(crowd.failed),
                "memory_mb": memory,
            }
            stage.children[name].process.terminate()
            stage.children.pop(name).process.wait()
    keep(__file__, {"performers": PERFORMERS, "seconds": seconds, "workers × threads": found})


def joined(number: int, code: str) -> str:
    person = staging.Person(f"performer{number}", [PORT])
    person.join(code)
    person.leave()
    return person.access


def told(crowd: Crowd) -> str:
    first, light = quantiles(crowd.first_sound), quantiles(crowd.light)
    return (
        f"{len(crowd.first_sound):12} | {first[0]:15.0f} {first[1]:8.0f} | {light[0]:11.0f} {light[1]:8.0f} |"
        f" {len(crowd.failed):6}"
    )


def gathered(access: list[str], seconds: float) -> Crowd:
    crowd, until = Crowd(), time.monotonic() + seconds

    def repeat(act: Callable[[], float], times: list[float], pause: float) -> None:
        while time.monotonic() < until:
            try:
                times.append(act() * 1000)
            except (OSError, AssertionError, http.client.HTTPException) as error:
                crowd.failed.append(error)
            time.sleep(pause)

    threads = [
        threading.Thread(target=repeat, args=(lambda token=token: perform(token), crowd.first_sound, 0.1))
        for token in access
    ]
    threads.append(threading.Thread(target=repeat, args=(ask, crowd.light, 0.25)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return crowd


def perform(access: str) -> float:
    headers = {
        "Authorization": f"Bearer {access}",
        "Accept": "audio/mpeg",
        "Content-Type": "application/json",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)) as client:
        began = time.monotonic()
        client.request(
            "POST", "/perform", json.dumps(QUEEN), {**headers, "Idempotency-Key": os.urandom(8).hex()}
        )
        with closing(client.getresponse()) as answer:
            assert answer.status == 200, answer.read()
            answer.read1(1)
            first = time.monotonic() - began
            while answer.read(BYTES_A_SECOND // 4):
                time.sleep(0.25)
        return first


def ask() -> float:
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)) as client:
        client.request("GET", "/health")
        assert client.getresponse().read()
    return time.monotonic() - began


def quantiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return (statistics.median(ordered), ordered[int(0.95 * len(ordered))]) if ordered else (0.0, 0.0)


if __name__ == "__main__":
    main()
