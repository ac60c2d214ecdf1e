"""What staff did, to be read."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.lists import Big, Lately, number, owned
from accounts.models import StaffAction
from accounts.staff import NAMED, ReadOnlyAdmin


class What(admin.SimpleListFilter):
    """By what there is in the code: to ask the rows would read all of them."""

    title = _("What")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(NAMED)]

    def queryset(self, request: HttpRequest, actions: QuerySet[StaffAction]) -> Any:
        return actions.filter(action=self.value()) if self.value() else None


@admin.register(StaffAction)
class StaffActionAdmin(Big, ReadOnlyAdmin):
    list_display = ["created_at", "staff", "action", "performer", "reason", "what", "request_id"]
    shows = ["staff"]
    list_filter = [What, Lately]
    search_help_text = _("Performer's id or name, request id, what was done, or the member of staff")
    fields = ["created_at", "staff", "action", "subject_kind", "subject_id", "about", "reason", "details"]
    fields += ["request_id"]

    def meant(self, term: str) -> Iterable[Q]:
        if key := number(term):
            yield Q(pk=key)
            yield Q(about=key) | Q(staff=key)  # who is erased has no row, and is looked for all the same
        yield Q(request_id=term)
        yield Q(action=term)
        yield owned(term, "about") | owned(term, "staff")

    @display(description=_("performer"))
    def performer(self, action: StaffAction) -> str:
        return str(action.about or "")

    @display(description=_("details"))
    def what(self, action: StaffAction) -> str:
        return ", ".join(f"{name}: {value}" for name, value in action.details.items())
