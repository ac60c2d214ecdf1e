"""Lists of the back office that stay quick with a million rows.

Nothing is counted, searches begin at an index, and what a row is annotated with is asked for the rows of
one page. `benchmarks/admin_lists.py` measures it.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from accounts import activation, names
from accounts.models import ActivationCode, User

LAST = "\U0010ffff"
OWNERS = 50
"""Performers whom a search may mean."""


def beginning(field: str, start: str) -> Q:
    """Rows whose field begins so, by its index: LIKE and a regular expression would read every row."""
    if connection.vendor == "postgresql":  # its collations order letters, its LIKE has an index of its own
        return Q(**{f"{field}__startswith": start})
    return Q(**{f"{field}__gte": start, f"{field}__lt": start + LAST})


def number(term: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(term)
    except ValueError:
        return None


def performers(term: str) -> QuerySet[User]:
    """Whom a search means: an id, an activation code, or how a name or an address begins."""
    if key := number(term):
        return User.objects.filter(pk=key)
    code = ActivationCode.objects.filter(activation.written(term)).first()
    if code and code.used_by_id:
        return User.objects.filter(pk=code.used_by_id)
    begun = names.key(term)
    return User.objects.filter(beginning("username_key", begun) | beginning("email_key", begun))


def owned(term: str, field: str = "user") -> Q:
    """Rows of the performers whom a search means."""
    return Q(**{f"{field}__in": list(performers(term).values_list("pk", flat=True)[:OWNERS])})


def fetch(rows: Sequence[Any], name: str) -> None:
    """The rows that these name in a foreign key, all at once."""
    if not rows:
        return
    field = rows[0]._meta.get_field(name)
    found = field.related_model.objects.in_bulk({getattr(row, field.attname) for row in rows} - {None})
    for row in rows:
        field.set_cached_value(row, found.get(getattr(row, field.attname)))


class Big:
    """For a ModelAdmin of many rows: newest first, no counting, search by `meant`."""

    paginator: ClassVar[Any] = InfinitePaginator
    show_full_result_count = False
    list_disable_select_all = True
    list_per_page = 50
    sortable_by: ClassVar[Any] = ("created_at", "date_joined")
    list_select_related: ClassVar[
        Any
    ] = ()  # MongoDB would join every row before it takes a page: see `shows`
    shows: ClassVar[Sequence[str]] = ("user",)
    """Whom rows belong to, fetched for the rows of a page."""
    search_fields: ClassVar[Any] = ["pk"]  # what is found is said by `meant`
    ordering: ClassVar[Any] = ["-created_at", "-id"]

    def meant(self, term: str) -> Iterable[Q]:
        """Ways to read what somebody searches for; the first that finds something is right."""
        key = number(term)
        if key:
            yield Q(pk=key)
        yield owned(term)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not (term := term.strip()):
            return queryset, False
        for way in self.meant(term):
            if queryset.filter(way).exists():
                return queryset.filter(way), False
        return queryset.none(), False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changes: ChangeList = super().get_changelist_instance(request)  # type: ignore[misc]
        rows = list(changes.result_list)
        for name in self.shows:
            fetch(rows, name)
        changes.result_list = self.completed(rows)
        return changes

    def completed(self, rows: list[Any]) -> list[Any]:
        """The rows of one page with what only they are asked for."""
        return rows


class Lately(SimpleListFilter):
    title = _("When")
    parameter_name = "within"
    field = "created_at"
    hours = {"1h": 1, "1d": 24, "7d": 7 * 24, "30d": 30 * 24}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("1h", _("Last hour")),
            ("1d", _("Last 24 hours")),
            ("7d", _("Last 7 days")),
            ("30d", _("Last 30 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        hours = self.hours.get(self.value() or "")
        if hours is None:
            return None
        return queryset.filter(**{f"{self.field}__gte": timezone.now() - timedelta(hours=hours)})


class Joined(Lately):
    title = _("Joined")
    field = "date_joined"
