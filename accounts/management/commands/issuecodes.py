from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import activation

MOST_AT_ONCE = 10_000


class Command(BaseCommand):
    help = "Issue N activation codes, printed one a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument("--batch", default="", help="a name to find them by")
        parser.add_argument("--note", default="", help="what they are for")
        parser.add_argument("--expires-days", type=int, help="good for so many days; default: for ever")

    def handle(self, *, count: int, batch: str, note: str, expires_days: int | None, **_: Any) -> str:
        if not 1 <= count <= MOST_AT_ONCE:
            raise CommandError(f"Ask for 1 to {MOST_AT_ONCE} codes.")
        now = timezone.now()
        expires_at = now + timedelta(days=expires_days) if expires_days is not None else None
        return "\n".join(activation.issue(count, now=now, batch=batch, note=note, expires_at=expires_at))
