"""What a process pays before it is of use: its imports, its first answer, its first performance.

    python -m benchmarks.cold_start

Each time new processes, one after another, on a migrated SQLite and the double; files are in the system's cache.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks import first_audio
from benchmarks.results import ROOT, keep

STARTS, WARM = 5, 5
IMPORT = "import django; django.setup(); import thoughtvoice.urls"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {**first_audio.prepared(folder), "DJANGO_SETTINGS_MODULE": "thoughtvoice.settings"}
        found = {
            "python, nothing imported": summed(command_ms(env, "-c", "pass") for _ in range(STARTS)),
            "python, the project imported": summed(command_ms(env, "-c", IMPORT) for _ in range(STARTS)),
            "manage.py check": summed(command_ms(env, "manage.py", "check") for _ in range(STARTS)),
            **served(folder, env),
        }
    print(f"{'median of ' + str(STARTS):48}     wall ms    cpu ms")
    for what, figures in found.items():
        print(f"{what:48}" + "".join(f"{figure:12.0f}" for figure in figures.values()))
    keep(__file__, found)


def command_ms(env: dict[str, str], *arguments: str) -> tuple[float, float]:
    """Of a process: how long it ran, and its processor time."""
    began, used = time.perf_counter(), os.times()
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603
    ended = os.times()
    cpu = ended.children_user + ended.children_system - used.children_user - used.children_system
    return 1000 * (time.perf_counter() - began), 1000 * cpu


def served(folder: Path, env: dict[str, str]) -> dict[str, dict[str, float]]:
    """gunicorn from nothing to the first answer, and its first performance beside later ones; all of one voice,
    which is resident, so that nothing but the process is cold."""
    answers, cold, warm = [], [], []
    with first_audio.running("double", first_audio.double_command(first_audio.PACE), folder, env):
        access = ""
        for _ in range(STARTS + 1):
            began = time.perf_counter()
            with first_audio.running("web", first_audio.WEB_COMMAND, folder, env):
                first_audio.wait_for_answer()
                answered = time.perf_counter() - began
                if not access:
                    access = first_audio.account(0)
                    continue
                answers.append(answered)
                cold.append(first_audio.press(access)[0])
                warm.append(statistics.median(first_audio.press(access)[0] for _ in range(WARM)))
    return {
        "gunicorn, until its first answer": milliseconds(answers),
        "first audio of its first performance": milliseconds(cold),
        f"… of the next {WARM}": milliseconds(warm),
        "cold first performance, later than a warm one": milliseconds(
            [late - soon for late, soon in zip(cold, warm, strict=True)]
        ),
    }


def summed(times: Iterable[tuple[float, float]]) -> dict[str, float]:
    wall, cpu = zip(*times, strict=True)
    return {"wall_ms": statistics.median(wall), "cpu_ms": statistics.median(cpu)}


def milliseconds(seconds: list[float]) -> dict[str, float]:
    return {"wall_ms": 1000 * statistics.median(seconds)}


if __name__ == "__main__":
    main()
