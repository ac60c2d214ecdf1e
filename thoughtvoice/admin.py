"""Schedules and the history of jobs, in words: django-q2's own pages are made for its developers."""

import ast
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import formats
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_q.models import Failure, OrmQ, Schedule, Success, Task
from django_q.tasks import async_task
from unfold.decorators import display

from accounts.staff import ReadOnlyAdmin, confirmed

SAID = 120

for model in (Failure, OrmQ, Schedule, Success):
    if admin.site.is_registered(model):  # django-q2 shows no queue in the database where Redis keeps it
        admin.site.unregister(model)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ["name", "every", "next_run", "calls"]
    ordering = ["next_run"]
    fields = ["name", "func", "args", "minutes", "next_run"]
    actions_detail = ["run"]

    @display(description=gettext_lazy("every"), ordering="minutes")
    def every(self, schedule: Schedule) -> str:
        return _("%d minutes") % (schedule.minutes or 0)

    @display(description=gettext_lazy("calls"))
    def calls(self, schedule: Schedule) -> str:
        return f"{schedule.func} {schedule.args or ''}".strip()

    @confirmed(
        "job.run",
        gettext_lazy("Run now"),
        permission="django_q.change_schedule",
        icon="play_arrow",
        says=gettext_lazy("The job is queued once more; its next run by the clock stays as it is."),
    )
    def run(self, request: HttpRequest, schedule: Schedule, given: dict[str, Any]) -> str:
        async_task(schedule.func, *_given(schedule.args))
        return _("%s is queued.") % schedule.name


class JobAdmin(ReadOnlyAdmin):
    list_display = ["started", "job", "took", "said"]
    search_fields = ["func", "name"]
    ordering = ["-started"]
    fields = ["id", "func", "args", "started", "stopped", "result"]

    @display(description=gettext_lazy("job"), ordering="func")
    def job(self, task: Task) -> str:
        return " ".join([task.func, *(str(given) for given in task.args or ())])

    @display(description=gettext_lazy("seconds"))
    def took(self, task: Task) -> str:
        return formats.number_format((task.stopped - task.started).total_seconds(), 1)

    @display(description=gettext_lazy("what it said"))
    def said(self, task: Task) -> str:
        return Truncator(str(task.result or "")).chars(SAID)


@admin.register(Success)
class FinishedAdmin(JobAdmin):
    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(success=True)


@admin.register(Failure)
class FailedAdmin(JobAdmin):
    actions_detail = ["again"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(success=False)

    @confirmed(
        "job.retry",
        gettext_lazy("Run again"),
        permission="django_q.change_schedule",
        icon="replay",
        says=gettext_lazy("The job is queued once more, with what it was given."),
    )
    def again(self, request: HttpRequest, task: Task, given: dict[str, Any]) -> str:
        async_task(task.func, *task.args or (), **task.kwargs or {})
        return _("%s is queued.") % task.func


@admin.register(OrmQ)
class WaitingAdmin(ReadOnlyAdmin):
    list_display = ["job", "since", "taken_until"]
    ordering = ["pk"]
    fields = ["job", "since", "taken_until"]
    readonly_fields = fields

    @display(description=gettext_lazy("job"))
    def job(self, waiting: OrmQ) -> str:
        return waiting.func() or ""

    @display(description=gettext_lazy("since"))
    def since(self, waiting: OrmQ) -> str:
        return formats.date_format(waiting.task["started"], "DATETIME_FORMAT")

    @display(description=gettext_lazy("not given to another worker before"), ordering="lock")
    def taken_until(self, waiting: OrmQ) -> str:
        return formats.date_format(waiting.lock, "DATETIME_FORMAT") if waiting.lock else ""


def _given(args: str | None) -> tuple[Any, ...]:
    """As django-q2 reads a schedule's arguments: a literal, or several."""
    given = ast.literal_eval(args) if args else ()
    return given if isinstance(given, tuple) else (given,)
