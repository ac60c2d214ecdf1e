"""DATABASE_URL → Django's settings, and what SQLite then does."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from thoughtvoice.databases import database, is_mongodb, redis_url

BASE = Path("/srv/thoughtvoice")


def test_three_slashes_name_a_file_beside_manage_py() -> None:
    assert database("sqlite:///var/db.sqlite3", base=BASE)["NAME"] == BASE / "var/db.sqlite3"


def test_four_slashes_name_a_file_anywhere() -> None:
    assert database("sqlite:////data/db.sqlite3", base=BASE)["NAME"] == Path("/data/db.sqlite3")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_by_either_of_its_schemes(scheme: str) -> None:
    parsed = database(f"{scheme}://alice:s%40cret@db.example.org:5433/voices?sslmode=require", base=BASE)
    wanted = {
        "ENGINE": "django_prometheus.db.backends.postgresql",
        "USER": "alice",
        "PASSWORD": "s@cret",
        "HOST": "db.example.org",
        "PORT": 5433,
        "NAME": "voices",
        "OPTIONS": {"sslmode": "require"},
        "CONN_HEALTH_CHECKS": True,
    }
    assert {key: parsed[key] for key in wanted} == wanted


def test_mongodb_gets_its_url_whole() -> None:
    url = "mongodb://a:b@one:27017,two:27017/voices?replicaSet=rs0&authSource=admin"
    got = database(url, base=BASE)
    assert (got["ENGINE"], got["HOST"], got["NAME"]) == ("thoughtvoice.mongo", url, "voices")


def test_mongodb_answers_when_a_majority_has_it_and_no_write_is_lost_to_an_election() -> None:
    options = database("mongodb://one,two,three/voices?replicaSet=rs0", base=BASE)["OPTIONS"]
    assert (options["w"], options["retryWrites"]) == ("majority", True)
    assert options["serverSelectionTimeoutMS"] < 12_000


def test_the_url_of_mongodb_has_the_last_word() -> None:
    options = database("mongodb://one/voices?W=1&maxpoolsize=5", base=BASE)["OPTIONS"]
    assert {"w", "maxPoolSize"}.isdisjoint(options)


@pytest.mark.parametrize(
    "url", ["mongodb://one:27017", "mongodb://one:27017/", "mongodb+srv://one/?w=majority"]
)
def test_mongodb_without_a_database_is_refused_with_advice(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"names no database. End it with one: mongodb://host"):
        database(url, base=BASE)


@pytest.mark.parametrize("url", ["", "db.sqlite3", "mysql://root@localhost/voices", "http://localhost"])
def test_what_we_do_not_speak_is_refused_with_advice(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="Begin it with sqlite:///, postgres:// or mongodb://"):
        database(url, base=BASE)


def test_a_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        database("mysql://root:hunter2@localhost/voices", base=BASE)
    assert "hunter2" not in str(refusal.value)


def test_mongodb_is_told_by_its_scheme_alone() -> None:
    urls = ["mongodb://h/a", "mongodb+srv://h/a", "postgres://mongodb/a", "sqlite:///mongodb"]
    assert [is_mongodb(url) for url in urls] == [True, True, False, False]


@pytest.fixture
def sqlite(tmp_path: Path, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """Django's connection to a database file of its own, whatever the suite runs on."""
    connection = ConnectionHandler({"default": database("sqlite:///db.sqlite3", base=tmp_path)})["default"]
    with django_db_blocker.unblock():
        yield connection
        connection.close()


def pragma(connection: BaseDatabaseWrapper, name: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def test_sqlite_writes_ahead_and_waits_for_others(sqlite: BaseDatabaseWrapper) -> None:
    assert pragma(sqlite, "journal_mode") == "wal"
    assert pragma(sqlite, "busy_timeout") == 20_000
    assert pragma(sqlite, "foreign_keys") == 1


def test_a_transaction_of_sqlite_keeps_writers_out_from_its_beginning(
    sqlite: BaseDatabaseWrapper, tmp_path: Path
) -> None:
    sqlite.ensure_connection()
    sqlite.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with closing(sqlite3.connect(tmp_path / "db.sqlite3", timeout=0)) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        sqlite.rollback()
        other.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", ""),
        ("redis://cache:6379/1", "redis://cache:6379/1?socket_connect_timeout=1&socket_timeout=2"),
        (
            "rediss://:pass@cache/1?socket_timeout=9",
            "rediss://:pass@cache/1?socket_connect_timeout=1&socket_timeout=9",
        ),
    ],
)
def test_no_wait_for_redis_is_without_end(given: str, expected: str) -> None:
    assert redis_url(given) == expected
