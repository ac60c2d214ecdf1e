"""A list of the back office as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

MOST_ROWS = 20_000
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: Any) -> str:
    """As text: what begins like a formula would be carried out by who opens the sheet."""
    written = "" if cell is None else str(cell)
    return f"'{written}" if written.startswith(FORMULAS) and not isinstance(cell, int | float) else written


def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_lines([header, *()], rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{timezone.now():%Y-%m-%d}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _lines(header: Iterable[Sequence[Any]], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield "\ufeff"  # else Excel takes it for another encoding
    for table in (header, rows):
        for row in table:
            line = io.StringIO()
            csv.writer(line).writerow(map(guarded, row))
            yield line.getvalue()


class Sheeted:
    """For a StaffAdmin: the list as filtered and searched, at most MOST_ROWS of it, as a sheet."""

    sheet_columns: Sequence[str] = ()
    list_before_template = "accounts/sheet_link.html"

    def get_urls(self) -> list[URLPattern]:
        opts = self.opts  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(self.sheet)  # type: ignore[attr-defined]
        name = f"{opts.app_label}_{opts.model_name}_sheet"
        return [path("sheet/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {**(extra_context or {}), "most_rows": MOST_ROWS}
        return super().changelist_view(request, shown)  # type: ignore[misc]

    def sheet(self, request: HttpRequest) -> StreamingHttpResponse:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        opts = self.opts  # type: ignore[attr-defined]
        chosen = self.get_changelist_instance(request).queryset  # type: ignore[attr-defined]
        self.audited(request, f"{opts.model_name}.export", None, filters=_filters(request))  # type: ignore[attr-defined]
        rows = chosen.values_list(*self.sheet_columns)[:MOST_ROWS]
        return sheet(str(opts.model_name), self.sheet_columns, rows.iterator())


def _filters(request: HttpRequest) -> str:
    """Without what was searched for, which may name somebody who is erased one day."""
    asked = request.GET.copy()
    asked.pop("q", None)
    return asked.urlencode()
