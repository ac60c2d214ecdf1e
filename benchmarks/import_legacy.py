"""Import a generated database of the old system into an empty one, both on a real mongod, twice.

    python -m benchmarks.import_legacy [USERS [WITH_A_RECORDING]]

Says how long it takes, and ends with an error unless the counts add up, people sign in with their old
password, and the second run changes nothing.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from io import StringIO
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pymongo

from benchmarks.results import keep
from deploy import servers

ROOT = Path(__file__).resolve().parent.parent
CLONES = 6
SIGN_INS = 20


def main() -> None:
    users = int(sys.argv[1]) if sys.argv[1:] else 5_000
    sounds = int(sys.argv[2]) if sys.argv[2:] else 200
    with servers.mongodb() as url, tempfile.TemporaryDirectory() as media:
        os.environ |= {"DATABASE_URL": url, "MEDIA_ROOT": media, "LOG_LEVEL": "ERROR", "REDIS_URL": ""}
        os.environ["DJANGO_SETTINGS_MODULE"] = "thoughtvoice.settings"
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
        import django

        django.setup()
        measure(url, users, sounds, Path(media))


def measure(url: str, users: int, sounds: int, media: Path) -> None:
    from django.conf import settings

    from accounts.models import User
    from thoughtvoice.tests import old_system
    from thoughtvoice.tests.test_importlegacy import counted

    settings.OFFLINE_ENGINE_DIR = media / "offline_engine"
    silent = islice(cycle(old_system.SILENT), users - sounds)
    messes = [*silent, *islice(cycle(old_system.WITH_SOUND), sounds)]
    with pymongo.MongoClient[Any](url) as client:
        old = old_system.fill(client.voicememos_db, messes, clones=clones())
        source = client.voicememos_db.command("dbHash")["md5"]
        seconds, report = timed(url)
        assert counted(report) == old.expected, (counted(report), old.expected)
        brought = rows()
        again_seconds, again = timed(url)
        assert rows() == brought
        assert again.splitlines()[4:] == report.splitlines()[4:]
        assert client.voicememos_db.command("dbHash")["md5"] == source
    sample = random.Random(7).sample(sorted(old.signs_in.items()), SIGN_INS)
    assert all(signs_in(name, password) for name, password in sample)
    print("\n".join(report.splitlines()[:4]))
    print(
        f"{len(report.splitlines()) - 4:,} lines of what was left and why; {SIGN_INS} of {SIGN_INS} sign in"
    )
    print(f"{len(old.users):,} documents, {sounds} with a sound → {User.objects.count():,} users")
    print(f"first run {seconds:.0f} s, second {again_seconds:.0f} s and no row differs")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"memory {memory} MB")
    keep(
        __file__,
        {
            "documents": len(old.users),
            "with_a_sound": sounds,
            "first_s": seconds,
            "second_s": again_seconds,
            "memory_mb": memory,
        },
    )


def clones() -> list[str]:
    from voices.providers import get_provider

    recording = (ROOT / "voices" / "recordings" / "en_f_allison_1.flac").read_bytes()
    make = get_provider().clone
    deadline = time.monotonic() + 60
    return [
        make([recording], name=f"voice {number}", labels={}, deadline=deadline) for number in range(CLONES)
    ]


def timed(url: str) -> tuple[float, str]:
    from django.core.management import call_command

    out, began = StringIO(), time.monotonic()
    call_command("importlegacy", "--uri", url, "--database", "voicememos_db", stdout=out)
    return time.monotonic() - began, out.getvalue()


def rows() -> dict[str, list[Any]]:
    from thoughtvoice.tests.test_importlegacy import everything

    return everything()


def signs_in(name: str, password: str) -> bool:
    from django.contrib.auth import authenticate

    user = authenticate(username=name, password=password)
    return user is not None and user.password.startswith("argon2")


if __name__ == "__main__":
    main()
