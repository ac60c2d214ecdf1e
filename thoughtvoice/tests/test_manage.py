"""A setting that makes no sense ends a command in one sentence."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "manage.py", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["check", "runlocal", "qcluster"])
def test_a_wrong_setting_is_said_in_one_sentence(command: str) -> None:
    done = manage(command, CHAR_LIMIT="many")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CHAR_LIMIT is not a whole number. Write digits only, such as 4000.\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_CONCURRENCY", "two"),
        ("DATABASE_URL", "postgres://host:port/name"),
        ("DATABASE_URL", "postgres://[host/name"),
        ("DATABASE_URL", "mongodb://host:27017"),
        ("REDIS_URL", "redis://[host"),
        ("REDIS_URL", "localhost:6379"),
    ],
)
def test_so_is_one_that_is_read_elsewhere(name: str, value: str) -> None:
    done = manage("check", **{name: value})
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert done.stderr.startswith(name)


def test_what_is_right_is_carried_out() -> None:
    assert manage("check").returncode == 0
