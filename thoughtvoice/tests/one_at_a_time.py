"""Two runs of the suite in one checkout would share the files of their test databases: the second waits."""

import fcntl

import pytest
from django.conf import settings
from django.db import connection


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workerinput") or connection.vendor != "sqlite":
        return
    name = "tests-of-many.lock" if config.getoption("numprocesses", None) else "tests-of-one.lock"
    settings.VAR_DIR.mkdir(exist_ok=True)
    lock = (settings.VAR_DIR / name).open("w")
    config.add_cleanup(lock.close)  # the kernel frees it however we end
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Waiting for another run of the tests in this checkout to finish …", flush=True)  # noqa: T201
        fcntl.flock(lock, fcntl.LOCK_EX)
