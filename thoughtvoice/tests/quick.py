"""`pytest --quick`, which is `make test`: everything but the tests marked `slow`, which are counted."""

import gc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

MADE_UP = "test_contract.py"
"""Its requests are made up while it is collected, by each worker anew: seconds, even if none is sent."""
LEFT_OUT = pytest.StashKey[int]()


def first_quick(cases: Iterable[Any]) -> list[Any]:
    """For `parametrize`: a case that stands for all in the quick set, and the others, which are slow."""
    first, *others = cases
    slow = [
        pytest.param(*(case if type(case) is tuple else (case,)), marks=pytest.mark.slow) for case in others
    ]
    return [first, *slow]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out the tests that are marked slow")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return (config.option.quick and collection_path.name == MADE_UP) or None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.option.quick:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    items[:] = [item for item in items if not item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    config.stash[LEFT_OUT] = len(slow)


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
            f"Left out: {config.stash.get(LEFT_OUT, 0)} slow tests and those in {MADE_UP}. "
            "To run them too: make test-all"
        )
