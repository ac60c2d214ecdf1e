"""What django-prometheus counts of SQL databases, of MongoDB: it has no wrapper for it."""

from prometheus_client import Counter, Histogram
from pymongo import monitoring

COMMANDS = Counter("mongodb_commands", "Commands to the database.", ["command", "outcome"])
SECONDS = Histogram("mongodb_command_seconds", "How long the database took.", ["command"])


class Listener(monitoring.CommandListener):
    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Counted when it has ended."""

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self._ended(event, "ok")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self._ended(event, "failed")

    def _ended(
        self, event: monitoring.CommandSucceededEvent | monitoring.CommandFailedEvent, outcome: str
    ) -> None:
        COMMANDS.labels(event.command_name, outcome).inc()
        SECONDS.labels(event.command_name).observe(event.duration_micros / 1e6)


def listen() -> None:
    """To every connection that is made from now on."""
    monitoring.register(Listener())
