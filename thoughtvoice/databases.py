"""A database URL → Django's settings for SQLite, PostgreSQL or MongoDB."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
)

MONGODB_OPTIONS = {
    "w": "majority",  # what was answered survives the primary
    "wTimeoutMS": 10_000,
    "retryWrites": True,
    "retryReads": True,
    "serverSelectionTimeoutMS": 5_000,  # an election takes about two seconds; a performance has twelve
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": 60_000,
    "maxPoolSize": 100,  # one pool a process, for all its threads
    "appName": "thoughtvoice",
}
"""Unless the URL says otherwise."""


REDIS_OPTIONS = {
    "socket_connect_timeout": "1",
    "socket_timeout": "2",  # the queue itself waits one second for a job
}
"""Unless the URL says otherwise: without them a Redis that hangs would hold a performance up for ever."""


def redis_url(url: str) -> str:
    """With waits that end; nothing for nothing."""
    parts = urlsplit(url)
    options = {**REDIS_OPTIONS, **dict(parse_qsl(parts.query))}
    return urlunsplit(parts._replace(query=urlencode(options))) if url else ""


def database(url: str, *, base: Path) -> dict[str, Any]:
    """`sqlite:///file` (relative to `base`), `postgres://…` or `mongodb://…/name`."""
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return _sqlite(url, base)
    if scheme in {"postgres", "postgresql"}:
        return _postgres(url)
    if scheme in {"mongodb", "mongodb+srv"}:
        return _mongodb(url)
    raise ImproperlyConfigured(
        "DATABASE_URL starts with an unknown scheme. Begin it with sqlite:///, postgres:// or mongodb://."
    )


def is_mongodb(url: str) -> bool:
    return urlsplit(url).scheme.startswith("mongodb")


def _sqlite(url: str, base: Path) -> dict[str, Any]:
    path = url.removeprefix("sqlite:///")
    return {
        "ENGINE": "django_prometheus.db.backends.sqlite3",
        "NAME": base / path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A transaction that begins by reading cannot be promoted under WAL: it would fail at once
            # with "database is locked", busy timeout or not. IMMEDIATE waits its turn instead.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_PRAGMAS,
        },
        # A file even in tests: several threads and processes must meet in it.
        "TEST": {"NAME": base / "var" / "test.sqlite3"},
    }


def _postgres(url: str) -> dict[str, Any]:
    try:
        parsed = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except ValueError:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read. Write postgres://user:password@host:5432/name."
        ) from None
    return {**parsed, "ENGINE": "django_prometheus.db.backends.postgresql"}


def _mongodb(url: str) -> dict[str, Any]:
    parsed = urlsplit(url)
    name = parsed.path.strip("/")
    if not name:
        raise ImproperlyConfigured(
            "DATABASE_URL names no database. End it with one: mongodb://host:27017/thoughtvoice."
        )
    said = {option.lower() for option, _ in parse_qsl(parsed.query)}
    options = {name: value for name, value in MONGODB_OPTIONS.items() if name.lower() not in said}
    return {"ENGINE": "thoughtvoice.mongo", "HOST": url, "NAME": name, "OPTIONS": options}
