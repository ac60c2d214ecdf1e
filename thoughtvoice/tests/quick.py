"""`pytest --quick`, which is `make test`: of every test that does not take long, the first cases.

Which take long stands in slow.txt, measured by `make test-all ARGS=--note-slow`. Where a file would be left
out whole, its quickest test stays in, unless something in it takes far too long. The main job stays in anyhow.
"""

import gc
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

LIST = Path(__file__).with_name("slow.txt")
MAIN_JOB = "perform/tests/test_journeys.py::test_a_newcomer_hears_their_value_in_their_own_voice"
LONG_SECONDS = 0.03
FAR_TOO_LONG_SECONDS = 0.3
CASES = 2
MADE_UP = "test_contract.py"
"""Its requests are made up while it is collected, by each worker anew: seconds, even if none is sent."""
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out what takes long, and all later cases")
    parser.addoption("--note-slow", action="store_true", help=f"note in {LIST.name} which tests take long")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.note_slow and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Stopwatch())


class Stopwatch:
    """How long each test took, by its function and its case; the workers' reports come here too."""

    def __init__(self) -> None:
        self.took: dict[str, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[function(report.nodeid)][report.nodeid] += report.duration  # type: ignore[assignment]

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """What did not run this time stays as it was noted; after a failure, everything does."""
        if exitstatus != pytest.ExitCode.OK:
            return
        seconds = {test: mean(cases.values()) for test, cases in self.took.items()}
        noted = slow(seconds) | (take_long() - seconds.keys())
        LIST.write_text("".join(f"{test}\n" for test in sorted(noted)))


def slow(seconds: dict[str, float]) -> set[str]:
    found = {test for test, took in seconds.items() if took >= LONG_SECONDS}
    files = defaultdict(set)
    for test in seconds:
        files[test.partition("::")[0]].add(test)
    for tests in files.values():
        if tests <= found and max(seconds[test] for test in tests) < FAR_TOO_LONG_SECONDS:
            found.remove(min(tests, key=seconds.__getitem__))
    return found - {MAIN_JOB}


def function(test: str) -> str:
    return test.partition("[")[0]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return (config.option.quick and collection_path.name == MADE_UP) or None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str) -> list[pytest.Item] | None:
    """Before its cases are made, which takes time too."""
    config = collector.config
    if not config.option.quick or f"{collector.nodeid}::{name}" not in take_long():
        return None
    config.stash[LEFT_OUT] = config.stash.get(LEFT_OUT, 0) + 1
    return []


@cache
def take_long() -> frozenset[str]:
    return frozenset(LIST.read_text().splitlines())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.option.quick:
        return
    cases, first, later = Counter[str](), list[pytest.Item](), list[pytest.Item]()
    for item in items:
        test = function(item.nodeid)
        cases[test] += 1
        (first if cases[test] <= CASES else later).append(item)
    items[:] = first
    config.hook.pytest_deselected(items=later)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected here stays, so the garbage collector need not look at it ever again."""
    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of xdist left out, all the others left out as well."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.option.quick:
        terminalreporter.write_line(
            f"Left out: {config.stash.get(LEFT_OUT, 0)} tests that take long, those in {MADE_UP}, and of all "
            f"others each case after the first {CASES}. To run them too: make test-all"
        )
