"""Four processes of 25 threads on one pool, with faults and kill -9: does any invariant break?

    DATABASE_URL=… python -m benchmarks.pool_stress [SECONDS [PERFORMS]]

60 users, 10 places of which 2 are taken by hand-made voices, 5 % of the provider's calls fail, and every
six seconds one process is killed and started again, while reconciliation runs beside them. The provider
(the double) keeps the log that is judged. The database must be empty: it is filled and not cleaned.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from benchmarks.results import keep

ROOT = Path(__file__).resolve().parent.parent
USERS, PLACES, BY_HAND, PROCESSES, THREADS = 60, 10, 2, 4, 25
KILL_EVERY = 6.0
BUILD_SECONDS = 5


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        work()
        return
    seconds = float(sys.argv[1]) if sys.argv[1:] else 60.0
    wanted = int(sys.argv[2]) if sys.argv[2:] else 5000
    prepare()
    from thoughtvoice.double import Double
    from thoughtvoice.double.faults import Script
    from thoughtvoice.double.state import Settings

    plan = Settings(voice_limit=PLACES, creations_limit=None, characters_limit=10**9, concurrency=60)
    with Double(plan) as double:
        for number in range(BY_HAND):
            double.workspace.add_by_hand(f"Grandpa {number}")
        os.environ |= {"ELEVENLABS_API_KEY": "a-key", "ELEVENLABS_BASE_URL": double.url}
        start_django()
        fit_and_fill()
        double.script = Script(rate=0.05, seed=7, kinds=["502", "drop", "system_busy", "html_502"])
        performs, kills = storm(seconds, wanted)
        double.script = Script()
        report(double, performs, kills)


def prepare() -> None:
    migrate = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, cwd=ROOT, check=True)  # noqa: S603


def start_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "thoughtvoice.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    import django
    from django.conf import settings

    django.setup()
    settings.POOL_BUILD_SECONDS = BUILD_SECONDS
    settings.POOL_BUILDS_A_DAY = 10**6
    settings.ELEVENLABS_CONCURRENCY = 60


def fit_and_fill() -> None:
    from accounts.models import User
    from pool.jobs import poll_accounts, reconcile
    from pool.tests.factories import make_voice

    if User.objects.exists():
        sys.exit("This database has users: name an empty one in DATABASE_URL.")
    poll_accounts()
    reconcile()
    for number in range(USERS):
        make_voice(f"user{number}")


def storm(seconds: float, wanted: int) -> tuple[int, int]:
    """Run until the time is over or so many performs are done; how many were, and how many kills."""
    workers = [start_worker(seed) for seed in range(PROCESSES)]
    done, kills, until = 0, 0, time.monotonic() + seconds
    stop = threading.Event()
    repairing = threading.Thread(target=keep_reconciling, args=(stop,))
    repairing.start()
    while time.monotonic() < until and done + spoken_now(workers) < wanted:
        time.sleep(KILL_EVERY)
        victim = random.randrange(PROCESSES)
        workers[victim].send_signal(signal.SIGKILL)
        done += spoken(workers[victim])
        kills += 1
        workers[victim] = start_worker(100 + kills)
    stop.set()
    repairing.join()
    for worker in workers:
        worker.kill()
        done += spoken(worker)
    return done, kills


def start_worker(seed: int) -> "subprocess.Popen[bytes]":
    tally = ROOT / "var" / f"stress-{os.getpid()}-{seed}"
    worker = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "benchmarks.pool_stress", "--worker", str(seed), str(tally)], cwd=ROOT
    )
    worker.tally = tally  # type: ignore[attr-defined]
    return worker


def spoken(worker: "subprocess.Popen[bytes]") -> int:
    """Performs of a worker that has ended: a byte each."""
    worker.wait()
    tally: Path = worker.tally  # type: ignore[attr-defined]
    count = tally.stat().st_size if tally.exists() else 0
    tally.unlink(missing_ok=True)
    return count


def spoken_now(workers: list["subprocess.Popen[bytes]"]) -> int:
    tallies: list[Path] = [worker.tally for worker in workers]  # type: ignore[attr-defined]
    return sum(tally.stat().st_size for tally in tallies if tally.exists())


def keep_reconciling(stop: threading.Event) -> None:
    from django.db import connection

    from pool.jobs import reconcile

    while not stop.wait(1.0):
        try:
            reconcile()
        except Exception as error:
            print(f"  reconcile: {type(error).__name__}")
    connection.close()


def work() -> None:
    start_django()
    seed, tally = int(sys.argv[2]), sys.argv[3]
    with open(tally, "ab", buffering=0) as file:  # noqa: PTH123
        threads = [
            threading.Thread(target=perform_for_ever, args=(random.Random(seed * 1000 + n), file))
            for n in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def perform_for_ever(chance: random.Random, tally) -> None:
    from pool.admission import admit, forget_clone, release
    from thoughtvoice.errors import DomainError
    from voices.models import Voice
    from voices.providers import get_provider
    from voices.providers.base import Delivery, VoiceGone

    voices = list(Voice.objects.select_related("sample"))
    while True:
        voice = voices[min(int(chance.paretovariate(0.8)) - 1, len(voices) - 1)]
        deadline = time.monotonic() + 6
        try:
            slot = admit(voice, deadline=deadline, pin_seconds=chance.choice([0, 0, 0, 2]) + 3)
            try:
                speech = get_provider().speak(
                    "One short thought.", remote_id=slot.remote_id, delivery=Delivery(), deadline=deadline
                )
                for _ in speech:
                    pass
            except VoiceGone:
                forget_clone(slot)
                continue
            finally:
                release(slot)
            tally.write(b".")
        except DomainError:
            time.sleep(chance.random() * 0.2)


def report(double, performs: int, kills: int) -> None:
    from django.db import connection

    from pool.admission import MARK
    from pool.capacity import accounts
    from pool.models import Slot
    from pool.reconciliation import MARGIN, reconcile
    from thoughtvoice.double.state import violations

    time.sleep(BUILD_SECONDS + MARGIN.total_seconds() + 2)
    [account] = accounts()
    first = reconcile(account, repair=True, deadline=time.monotonic() + 60).counts()
    drift = reconcile(account, repair=False, deadline=time.monotonic() + 60).counts()
    ours = {v.voice_id for v in double.workspace.voices if v.name.startswith(MARK)}
    ready = set(Slot.objects.filter(state=Slot.State.READY).values_list("remote_id", flat=True))
    owners = Counter(Slot.objects.filter(state=Slot.State.READY).values_list("voice", flat=True))
    events = double.workspace.events
    result = {
        "performs": performs,
        "kills": kills,
        "creations": sum(event["event"] == "created" for event in events),
        "most_voices": max(event["voices"] for event in events),
        "violations": violations(events, voice_limit=PLACES),
        "hand_made_left": sum(v.name.startswith("Grandpa") for v in double.workspace.voices),
        "found_by_the_last_reconciliation": first,
        "drift_after_it": {**drift, "foreign": 0},
        "rows_and_provider_agree": ours == ready,
        "users_with_two_clones": [str(owner) for owner, count in owners.items() if count > 1],
    }
    print(json.dumps(result, indent=2))
    keep(__file__, {"engine": connection.vendor, **result})
    good = not (
        result["violations"] or result["users_with_two_clones"] or any(result["drift_after_it"].values())
    )
    sys.exit(0 if good and ours == ready and result["hand_made_left"] == BY_HAND else 1)


if __name__ == "__main__":
    main()
