"""What is done a moment later, by the worker."""

import logging

from django_q.tasks import async_task
from redis import RedisError

log = logging.getLogger("thoughtvoice.jobs")


def soon(calls: str, *arguments: str) -> None:
    """Queue a call of the function with this dotted name.

    Where the queue cannot be reached nobody is refused for it: for whatever is queued here, a schedule finds
    by its state what is still to be done, or the next performance does it.
    """
    try:
        async_task(calls, *arguments)
    except RedisError:
        log.exception("queue_unreachable", extra={"job": calls})
