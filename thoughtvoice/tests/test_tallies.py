import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from thoughtvoice import tallies

COUNT = """
from thoughtvoice import tallies
tallies.tell_apart()
from prometheus_client import Counter, Histogram
Counter("presses", "Of the button.", ["how"]).labels("hard").inc({times})
Histogram("waits", "For sound.", buckets=(1, 5)).observe({times})
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    return tmp_path


def count(times: int) -> None:
    """In a process that has died when this returns."""
    subprocess.run([sys.executable, "-c", COUNT.format(times=times)], check=True)  # noqa: S603


def seen(folder: Path) -> dict[str, float]:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    found = [sample for metric in registry.collect() for sample in metric.samples]
    return {sample.name + sample.labels.get("le", ""): sample.value for sample in found}


def test_what_dead_processes_counted_stays_counted_and_their_files_go(folder: Path) -> None:
    for times in (1, 2, 4):
        count(times)
    before = seen(folder)
    assert (before["presses_total"], before["waits_bucket1.0"], before["waits_sum"]) == (7, 1, 7)
    assert tallies.fold() == 4
    assert seen(folder) == before
    assert len(list(folder.glob("*.db"))) == 2


def test_what_was_folded_is_folded_again_with_the_next(folder: Path) -> None:
    count(1)
    count(2)
    tallies.fold()
    count(4)
    tallies.fold()
    assert seen(folder)["presses_total"] == 7
    assert len(list(folder.glob("*.db"))) == 2


def test_files_of_the_living_and_of_other_hosts_stay(folder: Path) -> None:
    names = [f"counter_{tallies.HOST}-{os.getpid()}.db", "counter_elsewhere-99999999.db"]
    for name in names:
        (folder / name).touch()
    assert tallies.fold() == 0
    assert sorted(file.name for file in folder.glob("*.db")) == sorted(names)


def test_without_a_folder_there_is_nothing_to_fold(monkeypatch: Any) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    assert tallies.fold() == 0
