"""Two runs of one checkout would share its database and files: the second says so and stops."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from thoughtvoice import processes


def test_the_second_names_the_first(tmp_path: Path) -> None:
    with processes.alone(tmp_path / "run.lock", port=8000):
        with (
            pytest.raises(processes.AlreadyRunning) as refused,
            processes.alone(tmp_path / "run.lock", port=1),
        ):
            pass
        assert f"as process {os.getpid()} on port 8000," in str(refused.value)
        assert len(str(refused.value).splitlines()) == 1
    with processes.alone(tmp_path / "run.lock", port=2):
        assert (tmp_path / "run.lock").read_text().endswith("on port 2")


def test_make_run_stops_before_it_touches_anything_whatever_the_port(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "var").mkdir()
    with processes.alone(tmp_path / "var" / "run.lock", port=8000):
        for options in ([], ["--once"], ["--port", "8001"]):
            with pytest.raises(SystemExit, match="runs from this checkout already"):
                call_command("runlocal", *options, stdout=StringIO())
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["run.lock"]


def test_one_that_was_killed_holds_nothing_up(tmp_path: Path) -> None:
    lock = tmp_path / "run.lock"
    held = (
        "import sys, pathlib\n"
        "from thoughtvoice import processes\n"
        "with processes.alone(pathlib.Path(sys.argv[1]), port=8000):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", held, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(processes.AlreadyRunning, match=f"process {other.pid} "),
            processes.alone(lock, port=1),
        ):
            pass
        other.kill()
        other.wait()
        with processes.alone(lock, port=2):
            pass
