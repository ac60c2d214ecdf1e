"""What the worker has been asked to do."""

from django.conf import settings
from django_q.brokers import get_broker
from django_q.models import OrmQ
from django_q.signing import SignedPackage


def queued() -> list[tuple[str, tuple[str, ...]]]:
    """Function and arguments of what waits, in its order, whoever keeps the queue."""
    if settings.REDIS_URL:
        broker = get_broker()
        packed = broker.connection.lrange(broker.list_key, 0, -1)
    else:
        packed = OrmQ.objects.order_by("id").values_list("payload", flat=True)
    return [(task["func"], task["args"]) for task in map(SignedPackage.loads, packed)]
