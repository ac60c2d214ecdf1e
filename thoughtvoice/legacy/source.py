"""The old database, read only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymongo
from pymongo.database import Database

from thoughtvoice.legacy.people import SOUNDS, Document

WAIT_MS = 10_000


class Source:
    def __init__(self, database: Database[Any]) -> None:
        self._database = database

    def people(self) -> list[Document]:
        """Without the recordings, which would fill the memory."""
        return list(self._database.users.find({}, dict.fromkeys(SOUNDS, 0)))

    def sounds(self, key: Any) -> Document:
        """The recordings of one user, by `_id`."""
        return self._database.users.find_one({"_id": key}, dict.fromkeys(SOUNDS, 1)) or {}

    def codes(self) -> list[Document]:
        return list(self._database.activation_codes.find())

    def pool(self) -> list[Document]:
        return list(self._database.voice_pool.find())


@contextmanager
def opened(uri: str, database: str) -> Iterator[Source]:
    """Raises: pymongo.errors.PyMongoError."""
    with pymongo.MongoClient[Any](uri, serverSelectionTimeoutMS=WAIT_MS) as client:
        client.admin.command("ping")
        yield Source(client[database])
