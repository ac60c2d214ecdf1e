"""Fill an empty database as some years would: 100,000 users, a million performances and their charges.

    DATABASE_URL=… python -m benchmarks.bigdata [USERS [PERFORMANCES]]

Rows only, no sounds. The same figures each time, relative to now. Usernames are performer0, performer1, …;
request ids req-0, req-1, …; one member of staff, `boss`, who may do everything.
"""

import os
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
USERS, PERFORMANCES = 100_000, 1_000_000
BATCH = 5_000
DAYS = 365
ROUTINES = ("cards", "numbers", "star_signs", "colours", "words")
FAILURES = ("slots_busy", "provider_unavailable", "deadline_exceeded", "writer_unavailable")
NOW = datetime.now(UTC).replace(microsecond=0)


def main() -> None:
    users = int(sys.argv[1]) if sys.argv[1:] else USERS
    performances = int(sys.argv[2]) if sys.argv[2:] else PERFORMANCES
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
    start_django()
    fill(users, performances)


def start_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "thoughtvoice.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()


def fill(users: int, performances: int) -> None:
    from accounts.models import User

    if User.objects.exists():
        sys.exit("This database has users: name an empty one in DATABASE_URL.")
    random.seed(9)
    for name, rows in (
        ("users", the_users(users)),
        ("what each user has", belongings(users)),
        ("performances and charges", what_was_performed(users, performances)),
    ):
        began = time.monotonic()
        print(f"{save(rows):>10,} {name} in {time.monotonic() - began:.0f} s", flush=True)
    User.objects.create_superuser("boss", "boss@example.org", "seven bright candles")


def save(rows: Iterator[tuple[Any, ...]]) -> int:
    """Each element is a tuple of rows of different models; all first ones are saved first."""
    saved = 0
    while chunk := list(islice(rows, BATCH)):
        for same in zip(*chunk, strict=True):
            type(same[0]).objects.bulk_create(list(same))
            saved += len(same)
    return saved


def row_id(kind: int, number: int) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(64) << 64 | kind << 32 | number)


def user_ids(count: int) -> list[uuid.UUID]:
    return [
        uuid.UUID(int=number * 0x9E3779B97F4A7C15 % 2**64 << 64 | 1 << 32 | number) for number in range(count)
    ]


def the_users(count: int) -> Iterator[tuple[Any, ...]]:
    from accounts.models import User

    for number, key in enumerate(user_ids(count)):
        name = f"performer{number}"
        yield (
            User(
                id=key,
                username=name,
                username_key=name,
                email=f"{name}@example.org",
                email_key=f"{name}@example.org",
                password="!",  # noqa: S106 - nobody signs in
                date_joined=NOW - timedelta(days=DAYS * (1 - number / count)),
            ),
        )


def belongings(users: int) -> Iterator[tuple[Any, ...]]:
    from accounts.models import ActivationCode, Device, Preferences
    from voices.models import Consent, Sample, Voice

    for number, key in enumerate(user_ids(users)):
        joined = NOW - timedelta(days=DAYS * (1 - number / users))
        sample = Sample(
            id=row_id(2, number),
            user_id=key,
            created_at=joined,
            verdict="rejected" if number % 9 == 0 else "used",
            seconds=30 + number % 30,
            score=40 + number % 60,
            measurements={"snr_db": 31.0, "speech_share": 0.8, "level_db": -20.0, "score": 70},
            picture=[random.randrange(101) for _ in range(200)],
        )
        yield (
            ActivationCode(
                code=f"C{number:010d}",
                batch=f"tour {number % 50}",
                created_at=joined,
                used_at=joined,
                used_by_id=key,
            ),
            Device(user_id=key, name="Pixel 9", platform="android", created_at=joined, last_seen_at=joined),
            Preferences(user_id=key),
            Consent(user_id=key, version="2026-01", language="en", sample_hash="0" * 64, created_at=joined),
            sample,
            Voice(user_id=key, sample_id=sample.id, revision=1, created_at=joined),
        )


def what_was_performed(users: int, count: int) -> Iterator[tuple[Any, ...]]:
    from accounts.models import Charge
    from perform.models import Performance

    ids = user_ids(users)
    for number in range(count):
        user_id = ids[number % users]
        when = NOW - timedelta(days=DAYS * (1 - number / count), seconds=random.randrange(60))
        failed = random.random() < 0.03
        charge = Charge(
            id=row_id(3, number),
            user_id=user_id,
            number=number // users + 1,
            state="released" if failed else "settled",
            characters=80 + number % 90,
            factor=0.5,
            created_at=when,
        )
        yield (
            charge,
            Performance(
                id=row_id(4, number),
                user_id=user_id,
                created_at=when,
                finished_at=when + timedelta(seconds=2),
                state="failed" if failed else "done",
                failure=random.choice(FAILURES) if failed else "",
                routine=ROUTINES[number % len(ROUTINES)],
                value="Queen of Hearts",
                language="en",
                text="You are thinking of the Queen of Hearts." if not failed else "",
                text_source="template" if number % 40 == 0 else "gemini",
                voice_source="tts" if number % 15 == 0 else "pooled",
                characters=0 if failed else charge.characters,
                seconds=6.5,
                timings={
                    "reserve": 4.1,
                    "writer": 520.0,
                    "voice": 12.0,
                    "speech": 310.0,
                    "first_audio": 840.0,
                    "total": 2100.0,
                },
                charge_id=charge.id,
                request_id=f"req-{number}",
            ),
        )


if __name__ == "__main__":
    main()
