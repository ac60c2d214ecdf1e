"""What it costs to admit a resident voice, among a thousand voices and among a million.

    python -m benchmarks.admission [VOICES]

On SQLite, and on MongoDB and PostgreSQL as deploy/servers.py finds or starts them, each in a test database that
is dropped in the end.
"""

import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from multiprocessing import get_context
from typing import Any

from benchmarks.results import keep
from deploy import servers
from deploy.engines import ENGINES

FEW, MANY = 1_000, 1_000_000
TIMES = 1_000
BATCH = 5_000
TURNS = 6
"""The two databases are asked alternately, so that a noisy minute is both's."""
LIMITS = {"SQLite": 2.0, "MongoDB": 5.0}

DATABASES: list[Any] = []
USERS: list[uuid.UUID] = []
"""Of the process: the test database, and who has a resident voice."""


def main() -> None:
    many = int(sys.argv[1]) if sys.argv[1:] else MANY
    found = {}
    for name, server in {"SQLite": sqlite, **ENGINES}.items():
        try:
            with server() as url, filled_database(url, FEW) as few, filled_database(url, many) as lots:
                turns = [[each(measured) for each in (few, lots)] for _ in range(TURNS)]
                found[name] = told(turns, many) | {"queries": lots(queries)}
        except servers.Unavailable as reason:
            print(f"{name} NOT MEASURED. {reason}")
            continue
        show(name, found[name])
    keep(__file__, found)


def told(turns: list[list[list[float]]], many: int) -> dict[str, Any]:
    few, lots = (sorted(chain(*times)) for times in zip(*turns, strict=True))
    best = [min(statistics.median(times) for times in each) for each in zip(*turns, strict=True)]
    return {
        "voices": {count: quantiles(times) for count, times in ((FEW, few), (many, lots))},
        "many_to_few": statistics.median(lots) / statistics.median(few),
        "best_turns_ms": best,
    }


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/db"


@contextmanager
def filled_database(url: str, voices: int) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Beside the others on its server; what is asked of it runs in a process of its own, as Django knows one."""
    head, query, options = url.partition("?")
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        try:
            process.submit(prepare, f"{head}_{voices}{query}{options}", voices).result()
            yield lambda work: process.submit(work).result()
        finally:
            process.submit(drop).result()


def prepare(url: str, voices: int) -> None:
    start_django(url)
    from django.db import connection
    from django.test.utils import setup_databases

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = connection.settings_dict["NAME"]
    DATABASES.extend(setup_databases(verbosity=0, interactive=False))
    USERS.extend(fill(voices))
    residents(USERS)


def drop() -> None:
    from django.test.utils import teardown_databases

    teardown_databases(DATABASES, verbosity=0)


def start_django(url: str) -> None:
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "thoughtvoice.settings"}
    os.environ |= {"LOG_LEVEL": "ERROR", "DEBUG": "0", "ALLOWED_HOSTS": "localhost"}
    for name in ("SECRET_KEY", "SAMPLE_KEYS", "JWT_SIGNING_KEY"):
        os.environ[name] = f"only for this benchmark {uuid.uuid4()}"
    import django

    django.setup()


def show(engine: str, found: dict[str, Any]) -> None:
    bound = f" (at most {LIMITS[engine]:.0f} ms)" if engine in LIMITS else ""
    for count, times in found["voices"].items():
        print(
            f"{engine}, {count:,} voices: p50 {times['p50_ms']:.2f} ms{bound}, p99 {times['p99_ms']:.2f} ms"
        )
    print(
        f"  many to few: {found['many_to_few']:.2f} × (at most 1.20), of the best turns "
        f"{found['best_turns_ms'][1] / found['best_turns_ms'][0]:.2f} ×; {found['queries']} queries (at most 2)",
        flush=True,
    )


def quantiles(times: list[float]) -> dict[str, float]:
    return {"p50_ms": statistics.median(times), "p99_ms": times[int(0.99 * len(times))]}


def fill(count: int) -> list[uuid.UUID]:
    """So many users with a voice each; the first of them."""
    from accounts.models import User
    from voices.models import Voice

    first: list[uuid.UUID] = []
    for start in range(0, count, BATCH):
        keys = [uuid.uuid4() for _ in range(min(BATCH, count - start))]
        insert(
            User,
            [{"id": key, "username": f"user{key}", "username_key": f"user{key}"} for key in keys],
            key="email_key",
        )
        insert(Voice, [{"id": key, "user_id": key, "revision": 1} for key in keys])
        first = first or keys[:10]
    return first


def insert(model, rows, *, key: str = "") -> None:
    """Rows that differ in a few fields only; past the ORM, which would take a quarter of an hour for a million."""
    from django.db import connection

    fields = model._meta.concrete_fields
    plain = model()
    usual = {f.column: f.get_db_prep_save(f.pre_save(plain, True), connection) for f in fields}
    columns = {f.attname: f for f in fields}

    def filled(row):
        given = {**row, **({key: f"{row['id']}@example.org"} if key else {})}
        return usual | {
            columns[name].column: columns[name].get_db_prep_save(value, connection)
            for name, value in given.items()
        }

    made = [filled(row) for row in rows]
    if connection.vendor == "mongodb":
        connection.get_collection(model._meta.db_table).insert_many(made, ordered=False)  # type: ignore[attr-defined]
        return
    names = ", ".join(f'"{name}"' for name in usual)
    places = ", ".join(["%s"] * len(usual))
    with connection.cursor() as cursor:
        sql = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})'  # noqa: S608
        cursor.executemany(sql, [tuple(row.values()) for row in made])


def residents(users: list[uuid.UUID]) -> None:
    """They were used before, so that a touch counts a habit as it does in earnest."""
    from django.utils import timezone

    from pool.models import Slot
    from voices.models import Sample, Voice

    yesterday = timezone.now() - timedelta(days=1)
    for slot, user in zip(Slot.objects.order_by("number"), users, strict=True):
        sample = Sample.objects.create(user_id=user, seconds=30, bytes_len=1, sample_hash="0" * 64)
        Voice.objects.filter(user=user).update(sample=sample)
        Slot.objects.filter(pk=slot.pk).update(
            state=Slot.State.READY,
            voice=user,
            revision=1,
            remote_id="clone",
            name=f"clone-{slot.number}",
            last_used_at=yesterday,
            pauses=[86_400.0] * 8,
        )


def measured() -> list[float]:
    """Milliseconds of an admission, in order."""
    from voices.models import Voice

    voices = [Voice.objects.select_related("sample").get(user=user) for user in USERS]
    for voice in voices:
        admitted(voice)
    return sorted(admitted(voices[number % len(voices)]) for number in range(TIMES))


def admitted(voice) -> float:
    from pool.admission import admit, release

    began = time.perf_counter()
    slot = admit(voice, deadline=time.monotonic() + 5, pin_seconds=30)
    took = (time.perf_counter() - began) * 1000
    release(slot)
    return took


def queries() -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from pool import switches
    from voices.models import Voice

    voice = Voice.objects.select_related("sample").get(user=USERS[0])
    switches.current()
    with CaptureQueriesContext(connection) as captured:
        admitted(voice)
    return len(captured) - 1  # the release is not part of it


if __name__ == "__main__":
    main()
