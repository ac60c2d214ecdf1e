"""Counters of several processes, in PROMETHEUS_MULTIPROC_DIR. No Django here: gunicorn's arbiter calls it.

Each process counts in files of its own, and what it counted outlives it. `fold` adds the files of dead ones
up into one, or a worker that is renewed every few hundred jobs would leave them by the thousand.
"""

import fcntl
import os
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

KINDS = ("counter", "histogram")
FOLDED = "0"
HOST = socket.gethostname().replace("_", "-")


def folder() -> Path | None:
    named = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(named) if named else None


def tell_apart() -> None:
    """Before the first figure is made: containers that share the folder have the same process numbers."""
    if folder():
        values.ValueClass = values.MultiProcessValue(lambda: f"{HOST}-{os.getpid()}")


@contextmanager
def unchanged() -> Iterator[None]:
    """No file disappears within the block."""
    with _lock(fcntl.LOCK_SH):
        yield


def fold() -> int:
    """Add up what dead processes of this host have left; how many files were taken away."""
    where = folder()
    if where is None or not where.is_dir():
        return 0
    with _lock(fcntl.LOCK_EX):
        return sum(_fold(where, kind) for kind in KINDS)


def _fold(where: Path, kind: str) -> int:
    dead = [file for file in where.glob(f"{kind}_{HOST}-*.db") if not _is_alive(file)]
    if len(dead) < 2:
        return 0
    totals: dict[str, float] = defaultdict(float)
    for file in dead:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):
            totals[key] += value
    sums = where / f"{kind}.sums"
    sums.unlink(missing_ok=True)
    file_of_sums = MmapedDict(str(sums))
    for key, total in totals.items():
        file_of_sums.write_value(key, total, 0.0)
    file_of_sums.close()
    # A crash in between loses what the dead had counted, which Prometheus takes for a restart; the other
    # way round it would count twice.
    for file in dead:
        file.unlink()
    sums.rename(where / f"{kind}_{HOST}-{FOLDED}.db")
    return len(dead) - 1


def _is_alive(file: Path) -> bool:
    process = int(file.stem.rpartition("-")[2])
    if not process:
        return False
    with suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True


@contextmanager
def _lock(kind: int) -> Iterator[None]:
    where = folder()
    if where is None:
        yield
        return
    with (where / "lock").open("a") as file:
        fcntl.flock(file, kind)
        yield
