"""A job goes from whoever asks to whoever works, through Redis or the database."""

import pytest
from django.conf import settings
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from django_q.tasks import async_task

from thoughtvoice.tests.queue import queued

pytestmark = pytest.mark.django_db


def test_redis_keeps_the_queue_where_there_is_one_and_else_the_database() -> None:
    assert type(get_broker()) is (Redis if settings.REDIS_URL else ORM)


def test_what_is_asked_for_first_is_handed_out_first_and_once() -> None:
    async_task("pool.jobs.build", "a voice")
    async_task("pool.jobs.discard", "another")
    assert queued() == [("pool.jobs.build", ("a voice",)), ("pool.jobs.discard", ("another",))]
    broker = get_broker()
    for left in (1, 0):
        [(receipt, _)] = broker.dequeue()
        if receipt is not None:
            broker.acknowledge(receipt)
        assert broker.queue_size() == left
