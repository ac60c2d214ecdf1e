"""One box for whatever support has at hand: a name, an address, a code, a request id, any id of ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import SearchResult

from accounts import activation
from accounts.lists import number, performers
from accounts.models import ActivationCode, Device, StaffAction, User
from perform.models import Pack, Performance
from voices.models import Sample, Voice

MOST = 10
"""Of one kind."""


@dataclass(frozen=True)
class Found:
    kind: Any
    title: str
    about: str
    url: str


def find(staff: User, term: str) -> list[Found]:
    """What it may mean, of what this member of staff may see."""
    term = term.strip()
    return [found for kind, rows in _meant(term) for found in _seen(staff, kind, rows)] if term else []


def palette(request: HttpRequest, term: str) -> list[SearchResult]:
    """The same, where unfold's own search asks."""
    return [
        SearchResult(
            title=one.title, description=f"{one.kind} {one.about}".strip(), link=one.url, icon="search"
        )
        for one in find(request.user, term)  # type: ignore[arg-type]
    ]


def _meant(term: str) -> Iterator[tuple[Any, QuerySet[Any]]]:
    key = number(term)
    yield _("Performance"), _performances(term)
    yield _("Performer"), performers(term)
    yield _("Activation code"), ActivationCode.objects.filter(activation.written(term))
    yield _("What staff did"), StaffAction.objects.filter(request_id=term) if not key else _none(StaffAction)
    if key:
        others: list[tuple[Any, Any]] = [
            (_("Recording"), Sample),
            (_("Voice"), Voice),
            (_("Device"), Device),
            (_("Show pack"), Pack),
        ]
        yield from ((kind, model.objects.filter(pk=key)) for kind, model in others)


def _performances(term: str) -> QuerySet[Performance]:
    key = number(term)
    named = Performance.objects.filter(request_id=term)
    return Performance.objects.filter(Q(pk=key) | Q(request_id=term)) if key else named


def _none(model: Any) -> QuerySet[Any]:
    return model.objects.none()


def _seen(staff: User, kind: Any, rows: QuerySet[Any]) -> Iterator[Found]:
    meta = rows.model._meta
    if not staff.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
        return
    related = [name for name in ("user", "staff") if name in {field.name for field in meta.fields}]
    for row in islice(rows.select_related(*related) if related else rows, MOST):
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        yield Found(kind, str(row), _whose(row), url)


def _whose(row: Model) -> str:
    if isinstance(row, User):
        return row.email
    return str(getattr(row, "user", "") or getattr(row, "staff", "") or "")
