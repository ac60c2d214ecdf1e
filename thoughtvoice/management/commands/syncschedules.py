from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django_q.models import Schedule

from thoughtvoice.jobs import RUN
from thoughtvoice.schedules import JOBS, Job


class Command(BaseCommand):
    help = "Make the scheduled jobs equal thoughtvoice/schedules.py, by name."

    def handle(self, **_: Any) -> str:
        for job in JOBS:
            write(job)
        surplus = Schedule.objects.exclude(name__in=[job.name for job in JOBS])
        removed = surplus.count()
        surplus.delete()
        return f"{len(JOBS)} schedules, {removed} removed"


def write(job: Job) -> None:
    """A row that is right already keeps its next time, or a job would be put off by every deployment."""
    right = {"func": RUN, "args": repr(job.name), "schedule_type": Schedule.MINUTES, "minutes": job.minutes}
    rows = Schedule.objects.filter(name=job.name)
    if rows.count() != 1 or not rows.filter(**right).exists():
        rows.delete()
        Schedule.objects.create(name=job.name, next_run=timezone.now(), **right)
