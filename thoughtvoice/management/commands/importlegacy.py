from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from pymongo.errors import PyMongoError
from tqdm import tqdm

from thoughtvoice.legacy import source
from thoughtvoice.legacy.importing import Import

CONSENT = "old-app"


class Command(BaseCommand):
    help = (
        "Bring users, codes, recordings and clones along from the old system's MongoDB. Nothing is written "
        "there. May be broken off and repeated. Prints what could not be taken, and why, one a line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--uri", required=True, help="mongodb://… of the old system; reading is enough")
        parser.add_argument("--database", required=True, help="such as voicememos_db")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument(
            "--consent",
            default=CONSENT,
            metavar="VERSION",
            help=f"name of the wording that users of the old app agreed to (default: {CONSENT})",
        )

    def handle(self, *, uri: str, database: str, dry_run: bool, consent: str, **_: Any) -> str:
        try:
            with source.opened(uri, database) as old:
                return str(
                    Import(old, dry=dry_run, consent=consent, progress=progress, now=timezone.now()).run()
                )
        except PyMongoError as error:
            raise CommandError(f"The old database cannot be read: {type(error).__name__}.") from error


def progress(things: list[Any], of: str) -> Any:
    return tqdm(things, desc=of, unit="", disable=None)
