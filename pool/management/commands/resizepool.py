import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pool.capacity import resize
from pool.reconciliation import RECONCILE_SECONDS

MOST = 10_000


class Command(BaseCommand):
    help = (
        "Let the pool use N places. Voices above N leave in the strategy's order; pinned ones a little later."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("places", type=int, metavar="N")

    def handle(self, *, places: int, **_: Any) -> str:
        if not 0 <= places <= MOST:
            raise CommandError(f"Ask for 0 to {MOST} places.")
        return f"{resize(places, deadline=time.monotonic() + RECONCILE_SECONDS)} places in use or free"
