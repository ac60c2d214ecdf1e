"""Let several do the same at once."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from threading import Barrier
from typing import Any

import django
from django.db import connection
from django.utils import timezone


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Call `act(number)` in so many threads that start at one moment; a refusal stands for its result."""
    start = Barrier(count)

    def run(number: int) -> Any:
        start.wait()
        try:
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


class Processes:
    """Two that share nothing but the database, and begin every act at the same moment."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        start = context.Barrier(2)
        self._pool = ProcessPoolExecutor(2, mp_context=context, initializer=_set_up, initargs=(start,))

    def race(self, act: Callable[..., str], *arguments: Any, times: int = 4) -> list[str]:
        """Call `act(…, number)` so often, two at a time."""
        database = str(connection.settings_dict["NAME"])
        connection.close()
        waiting = [self._pool.submit(_run, act, database, *arguments, number) for number in range(times)]
        return [result.result() for result in waiting]

    def end(self) -> None:
        self._pool.shutdown()


def _set_up(barrier: Any) -> None:
    global _start
    django.setup()
    _start = barrier


def _run(act: Callable[..., str], database: str, *arguments: Any) -> str:
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    _start.wait(60)
    try:
        return act(*arguments)
    finally:
        connection.close()


def register_in_a_process(code: str, number: int) -> str:
    """The name of the new user, or the code of the refusal."""
    from accounts.activation import CodeRefused  # noqa: PLC0415 - models need the setup above
    from accounts.tests.test_activation_race import register  # noqa: PLC0415

    try:
        return register(number, code).username
    except CodeRefused as refused:
        return refused.code


def refresh_in_a_process(token: str, number: int) -> str:
    """The access token."""
    from accounts import tokens  # noqa: PLC0415

    return tokens.refresh(token, now=timezone.now())["access"]


def reserve_in_a_process(user_id: str, number: int) -> str:
    """How many of 20 reservations of 100 characters were admitted."""
    from accounts import quota  # noqa: PLC0415
    from accounts.models import User  # noqa: PLC0415

    user, admitted = User.objects.get(pk=user_id), 0
    for _ in range(20):
        try:
            quota.reserve(user, 100, now=timezone.now())
        except quota.QuotaExceeded:
            continue
        admitted += 1
    return str(admitted)
