import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management import find_user
from pool.eviction import evict
from pool.models import Slot

SECONDS = 20


class Command(BaseCommand):
    help = "Take a user's voice out of the pool. It is made again when they perform."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="username or email")

    def handle(self, *, user: str, **_: Any) -> str:
        slot = Slot.objects.filter(voice__user=find_user(user)).select_related("account").first()
        if slot is None:
            raise CommandError("This voice is not in the pool.")
        if evict(slot, reason="staff", now=timezone.now(), deadline=time.monotonic() + SECONDS):
            return f"{slot} is free."
        raise CommandError(
            f"{slot} is {slot.state}: it is pinned, in use, or its deletion is not confirmed yet."
        )
