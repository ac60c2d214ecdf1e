"""Work beside a request goes on in a thread that is kept for the next."""

import threading
from contextvars import ContextVar

from perform.concurrently import finish, started

NUMBER: ContextVar[int] = ContextVar("number", default=0)


def test_one_thread_after_another_is_one_thread() -> None:
    finish()
    threads = {started(threading.get_ident).result() for _ in range(20)}
    assert len(threads) < 5  # one that has only just ended its work may not be waiting for the next yet


def test_nobody_waits_for_a_thread_that_waits() -> None:
    meeting = threading.Barrier(50, timeout=20)
    waiting = [started(meeting.wait) for _ in range(50)]
    assert {each.result() for each in waiting} == set(range(50))


def test_the_work_knows_what_its_request_knows_and_teaches_the_next_nothing() -> None:
    def learn() -> int:
        known = NUMBER.get()
        NUMBER.set(99)
        return known

    NUMBER.set(7)
    assert [started(learn).result() for _ in range(3)] == [7, 7, 7]


def test_what_is_begun_is_finished_and_the_next_may_begin() -> None:
    gate = threading.Event()
    begun = [started(lambda: gate.wait(20)) for _ in range(3)]
    threading.Timer(0.05, gate.set).start()
    finish()
    assert all(each.done() for each in begun)
    assert started(lambda: "again").result() == "again"
