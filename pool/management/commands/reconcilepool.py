import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pool import capacity
from pool.reconciliation import RECONCILE_SECONDS, reconcile


class Command(BaseCommand):
    help = "Compare our slots with the provider's list, and repair the drift if asked to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="default: only report")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, repair: bool, **options: Any) -> str:
        deadline = time.monotonic() + RECONCILE_SECONDS
        drift = {
            account.name: reconcile(account, repair=repair, deadline=deadline).counts()
            for account in capacity.accounts()
        }
        if options["json"]:
            return json.dumps({"repaired": repair, "drift": drift})
        lines = [f"{name}: {_sentence(counts)}" for name, counts in drift.items()]
        return "\n".join(lines)


def _sentence(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())
