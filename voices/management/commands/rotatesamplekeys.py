from typing import Any

from django.core.management.base import BaseCommand

from voices import samples
from voices.models import Sample
from voices.vault import WrongKey


class Command(BaseCommand):
    help = "Encrypt every recording with the first of SAMPLE_KEYS. May be interrupted and repeated."

    def handle(self, **_: Any) -> str:
        changed = unchanged = lost = 0
        for sample in Sample.objects.exclude(audio="").order_by("created_at").iterator():
            try:
                done = samples.reseal(sample)
            except (WrongKey, FileNotFoundError):
                lost += 1
                continue
            changed, unchanged = changed + done, unchanged + (not done)
        told = f"{changed} recordings encrypted anew, {unchanged} had the newest key already"
        return f"{told}, {lost} are lost or need a key that is not in SAMPLE_KEYS" if lost else told
