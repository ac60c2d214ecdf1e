import threading
import time

import pytest

from perform.streaming import Cancelled, Spool


def soon() -> float:
    return time.monotonic() + 2


def test_a_listener_hears_what_comes_while_it_comes() -> None:
    go_on = threading.Event()

    def produce(spool: Spool) -> None:
        spool.write(b"first")
        go_on.wait(2)
        spool.write(b"second")

    follow = Spool.fill(produce).follow(deadline=soon())
    assert next(follow) == b"first"
    go_on.set()
    assert list(follow) == [b"second"]


def test_a_late_listener_hears_everything() -> None:
    spool = Spool.fill(lambda spool: spool.write(b"all of it"))
    list(spool.follow(deadline=soon()))
    assert b"".join(spool.follow(deadline=soon())) == b"all of it"


def test_a_slow_listener_does_not_hold_the_writer_up() -> None:
    spool = Spool.fill(lambda spool: [spool.write(b"x" * 1000) for _ in range(1000)])
    follow = spool.follow(deadline=soon())
    next(follow)
    while not spool.finished:
        time.sleep(0.001)
    assert len(spool.whole()) == 1_000_000


def test_what_went_wrong_reaches_the_listener_after_what_was_good() -> None:
    def produce(spool: Spool) -> None:
        spool.write(b"good")
        raise ValueError("bad")

    follow = Spool.fill(produce).follow(deadline=soon())
    assert next(follow) == b"good"
    with pytest.raises(ValueError, match="bad"):
        next(follow)


def test_the_writer_is_stopped_when_nobody_listens() -> None:
    stopped = threading.Event()

    def produce(spool: Spool) -> None:
        try:
            while True:
                spool.write(b"x")
                time.sleep(0.001)
        except Cancelled:
            stopped.set()
            raise

    spool = Spool.fill(produce)
    spool.cancel()
    assert stopped.wait(20)
    assert not spool.finished


def test_nobody_waits_beyond_the_deadline() -> None:
    hang = threading.Event()
    spool = Spool.fill(lambda spool: hang.wait(2) and None)
    with pytest.raises(TimeoutError):
        next(spool.follow(deadline=time.monotonic() + 0.02))
    hang.set()
