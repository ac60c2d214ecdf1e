"""A folder with a fixed number of places for voices, safe between processes without a lock.

A place is a directory and a voice is the one file in it, named by its id. A voice is written in a new
directory of its own and renamed onto a place: the system refuses that where the place holds a voice, and
does it at once where it is missing or empty. So a place never holds two voices, a process killed anywhere
leaves a whole voice or none, and removing unlinks one name that no other voice will ever have.
"""

import errno
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

UNFINISHED = ".new-"
ABANDONED_SECONDS = 3600


class NoPlace(Exception):
    """All places are taken."""


class Places:
    def __init__(self, folder: Path, capacity: int) -> None:
        self.folder = folder
        self.capacity = capacity

    def put(self, voice_id: str, facts: dict[str, Any]) -> None:
        """Store a voice. Raises: NoPlace, OSError; neither leaves anything behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        new = Path(mkdtemp(prefix=UNFINISHED, dir=self.folder))
        try:
            _write(new / f"{voice_id}.json", json.dumps(facts))
            self._settle(new)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def get(self, voice_id: str) -> dict[str, Any] | None:
        return next((_read(path) for path in self._files() if path.stem == voice_id), None)

    def remove(self, voice_id: str) -> None:
        for path in self._files():
            if path.stem == voice_id:
                path.unlink(missing_ok=True)

    def all(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path in self._files():
            if (facts := _read(path)) is not None:
                yield path.stem, facts

    def taken(self) -> int:
        return len(self._files())

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("place-*/*.json"))

    def _settle(self, new: Path) -> None:
        if self.taken() >= self.capacity:
            raise NoPlace  # also where the capacity was lowered and the voices stand in higher places
        for number in range(self.capacity):
            if _renamed(new, self.folder / f"place-{number:03}"):
                return
        raise NoPlace

    def _sweep(self) -> None:
        """Remove what processes killed in `put` left long ago."""
        for path in self.folder.glob(f"{UNFINISHED}*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    shutil.rmtree(path)


def _renamed(new: Path, place: Path) -> bool:
    try:
        new.rename(place)
    except OSError as problem:
        if problem.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            return False
        raise
    return True


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
