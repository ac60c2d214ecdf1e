"""Run the suite on real MongoDB and PostgreSQL servers, each with Redis: `make test-engines`.

On PostgreSQL it is the whole suite; on MongoDB, where it takes longest, the tests that use the database. The
others then have run twice, on SQLite without and on PostgreSQL with Redis. Arguments go to pytest instead.
Environment: MONGODB_URL, POSTGRES_URL, REDIS_URL name servers to use (the first two with the name of a
database that need not exist); else see servers.py.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from deploy import servers

ROOT = Path(__file__).resolve().parent.parent
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
END_SECONDS = 30
ENGINES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "MongoDB": servers.mongodb,
    "PostgreSQL": servers.postgresql,
}
WHOLE = {"MongoDB": ["--of-the-database"], "PostgreSQL": []}


@dataclass(frozen=True)
class Outcome:
    passed: bool
    line: str


def main() -> None:
    for number in ENDING_SIGNALS:
        signal.signal(number, interrupt)
    try:
        outcomes = run_all(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. What was started has been stopped.")
    except servers.Unavailable as reason:
        sys.exit(f"\nThe suite was NOT RUN on any engine. {reason}")
    print("\n" + "\n".join(outcome.line for outcome in outcomes))
    sys.exit(not all(outcome.passed for outcome in outcomes))


def interrupt(number: int, frame: FrameType | None) -> None:
    for each in ENDING_SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # a second, impatient Ctrl-C must not break the stopping
    raise KeyboardInterrupt


def run_all(arguments: list[str]) -> list[Outcome]:
    with servers.redis_server() as redis_url:
        outcomes = []
        for name, server in ENGINES.items():
            try:
                with server() as url:
                    print(f"== {name} at {servers.host(url)}, Redis at {servers.host(redis_url)}", flush=True)
                    outcomes.append(run(name, url, redis_url, arguments or WHOLE[name]))
            except servers.Unavailable as reason:
                outcomes.append(Outcome(False, f"{name:<11} NOT RUN. {reason}"))
        return outcomes


def run(name: str, url: str, redis_url: str, arguments: list[str]) -> Outcome:
    began = time.monotonic()
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        tests = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "pytest", "-q", "-n", "auto", f"--junit-xml={report.name}", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "REDIS_URL": redis_url},
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
        try:
            tests.wait()
        finally:
            end(tests)
        counts = count(Path(report.name).read_text())
    return Outcome(tests.returncode == 0, f"{name:<11} {counts} in {time.monotonic() - began:.0f} s")


def end(tests: "subprocess.Popen[bytes]") -> None:
    """Interrupt pytest once, if it still runs: it then drops its databases. A second time would stop that."""
    if tests.poll() is None:
        tests.send_signal(signal.SIGINT)
        try:
            tests.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(tests.pid, signal.SIGKILL)
            tests.wait()


def count(report: str) -> str:
    """What pytest's report counts; a suite that could not begin has none."""
    head = report.partition("<testcase")[0]
    found = dict(re.findall(r' (tests|failures|errors|skipped)="([0-9]+)"', head))
    kinds = ("tests", "failures", "errors", "skipped")
    return ", ".join(f"{found[kind]} {kind}" for kind in kinds) if found else "did not run,"


if __name__ == "__main__":
    main()
