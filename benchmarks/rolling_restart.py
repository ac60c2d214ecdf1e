"""A new version while people perform: does anybody hear of it?

    python -m benchmarks.rolling_restart [SECONDS]

Two gunicorn processes on one port are told to restart (SIGHUP) every fifteen seconds, while ten phones perform
without a pause, half of them on one connection that they keep, half on a new one each time. Every answer that
is no 200, breaks off or does not come is a failed request.
"""

import http.client
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from benchmarks import stage as staging
from benchmarks.results import keep
from thoughtvoice.double import Settings

PORT, PHONES, RESTART_EVERY = 8124, 10, 15.0
MP3 = {"Accept": "audio/mpeg"}
QUEEN = {"routine_type": "cards", "value": "Queen of Hearts", "voice": "any"}


def main() -> None:
    seconds = float(sys.argv[1]) if sys.argv[1:] else 60.0
    plan = Settings(concurrency=60, creations_limit=None, speech_first_byte=0.1, speech_pace=6.0)
    with tempfile.TemporaryDirectory() as folder, staging.running(Path(folder), plan) as stage:
        stage.env |= {"WEB_CONCURRENCY": "2", "LOG_LEVEL": "ERROR", "ELEVENLABS_CONCURRENCY": "60"}
        codes = stage.manage("issuecodes", str(PHONES)).split()
        stage.web("web", PORT)
        phones = [staging.Person(f"phone{number}", [PORT]) for number in range(PHONES)]
        for phone, code in zip(phones, codes, strict=True):
            phone.join(code)
        answers, restarts, longest = storm(stage, phones, seconds)
    failed = {what: count for what, count in answers.items() if what != 200}
    print(f"{answers.total()} performances, {restarts} restarts, failed: {failed or 'none'}")
    print(f"  the longest took {longest:.1f} s")
    keep(
        __file__,
        {"performances": answers.total(), "restarts": restarts, "failed": failed, "longest_s": longest},
    )
    sys.exit(1 if failed else 0)


def storm(
    stage: staging.Stage, phones: list[staging.Person], seconds: float
) -> tuple[Counter[int | str], int, float]:
    answers: Counter[int | str] = Counter()
    took: list[float] = []
    over = threading.Event()
    threads = [
        threading.Thread(target=keep_performing, args=(phone, number % 2 == 0, answers, took, over))
        for number, phone in enumerate(phones)
    ]
    for thread in threads:
        thread.start()
    restarts, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(RESTART_EVERY)
        stage.children["web"].process.send_signal(signal.SIGHUP)
        restarts += 1
    time.sleep(5)
    over.set()
    for thread in threads:
        thread.join()
    return answers, restarts, max(took)


def keep_performing(
    phone: staging.Person,
    keeps: bool,
    answers: Counter[int | str],
    took: list[float],
    over: threading.Event,
) -> None:
    while not over.is_set():
        began = time.monotonic()
        try:
            status, sound = phone.ask("POST", "/perform", QUEEN, anew=not keeps, headers=MP3)
            answers[status if status != 200 or len(sound) > 10_000 else "no sound"] += 1
        except (OSError, http.client.HTTPException) as error:
            answers[type(error).__name__] += 1
        took.append(time.monotonic() - began)
        time.sleep(0.05)
    phone.leave()


if __name__ == "__main__":
    main()
