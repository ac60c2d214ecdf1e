from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import preferences
from accounts.management import find_user
from perform import performances
from perform.serializers import manner
from thoughtvoice.errors import DomainError


class Command(BaseCommand):
    help = "Perform for a user, charged like any other performance, and save the mp3."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="username or email")
        parser.add_argument("routine", help="such as cards")
        parser.add_argument("value", help="such as “Queen of Hearts”")
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
        parser.add_argument("--topic", default="")
        parser.add_argument("--own", action="store_true", help="in their own voice or not at all")

    def handle(
        self, *, user: str, routine: str, value: str, output: Path, topic: str, own: bool, **options: Any
    ) -> str:
        somebody = find_user(user)
        spoken = manner(preferences.of(somebody), own_only=own)
        wish = performances.Wish(routine=routine, value=value, topic=topic, **spoken)
        try:
            live = performances.perform(somebody, wish, now=timezone.now())
            output.write_bytes(live.whole())
        except DomainError as refusal:
            raise CommandError(f"{refusal.title}. {refusal.detail}") from None
        done = live.performance
        return f"{done.text}\n{output}: {done.seconds} s, {done.voice_source}, {done.text_source}"
