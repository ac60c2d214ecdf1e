"""What every page of the back office has: whatever staff do there is written down (audit.py)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts import audit
from accounts.models import User
from thoughtvoice.errors import DomainError

NAMED: set[str] = set()
"""What is done by `confirmed`, in its dotted words."""


class StaffAdmin(ModelAdmin):
    """Adds, changes and deletions are audited; of a change, which fields, never what is in them."""

    list_per_page = 50
    show_full_result_count = False  # it counts a million rows to say so

    def concerns(self, obj: Any) -> Any:
        """The performer whom a row is about, if any."""
        return obj if isinstance(obj, User) else getattr(obj, "user_id", None)

    def audited(self, request: HttpRequest, name: str, obj: Any, *, reason: str = "", **details: Any) -> None:
        audit.record(request, name, obj, about=self.concerns(obj), reason=reason, **details)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        self.audited(request, f"{self.opts.model_name}.add", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        self.audited(request, f"{self.opts.model_name}.change", obj, **_fields(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        for obj in queryset:
            self.audited(request, f"{self.opts.model_name}.delete", obj)
        return super().log_deletions(request, queryset)


class ReadOnlyAdmin(StaffAdmin):
    """To be looked at; what may be done is an action."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Reason(forms.Form):
    """What is asked before something is done. Subclasses ask for more, and may find the row by what is given."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept beside your name in the list of what staff did."),
    )

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)

    @property
    def details(self) -> dict[str, Any]:
        """What is written down beside the reason."""
        return {name: str(value) for name, value in self.cleaned_data.items() if name != "reason"}


def confirmed(
    name: str,
    description: Any,
    *,
    permission: str,
    says: Any = "",
    form: type[Reason] = Reason,
    icon: str | None = None,
    variant: ActionVariant = ActionVariant.DEFAULT,
    button: Any = "",
    template: str = "office/confirm.html",
    shows: Callable[[Any], dict[str, Any]] | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """A method becomes an action for `actions_list` or `actions_detail` of a StaffAdmin: a page of its own.

    GET says what will be done (`says`, and what `shows` makes of the row) and asks for a reason, above a
    `button`; POST writes `name` ("voice.evict") into the audit with the reason, calls the method with
    (request, row, given), tells what it returned and leads back, or to the list where the row is no more.
    Who lacks the permission ("pool.evict_slot") sees no link to it and gets a 403.
    """

    NAMED.add(name)
    codename = permission.partition(".")[2]
    told = {
        "title": description,
        "says": says,
        "button": button or description,
        "danger": variant == ActionVariant.DANGER,
    }

    def decorate(method: Callable[..., Any]) -> Any:
        @action(permissions=[codename], description=description, icon=icon, variant=variant)
        @wraps(method)
        def page(self: StaffAdmin, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
            row = _row(self, request, object_id) if object_id else None
            after = _wanted(request) or _page(self, row)
            asked = form(request.POST if request.method == "POST" else None, row=row)
            if asked.is_valid():
                _carry_out(self, request, name, method, asked)
                return HttpResponseRedirect(_page(self) if _gone(self, request, object_id, after) else after)
            shown = {**told, "row": row, "form": asked, "after": after, "opts": self.opts}
            shown |= shows(row) if shows else {}
            return TemplateResponse(request, template, self.admin_site.each_context(request) | shown)

        return _Action(page, permission, codename)

    return decorate


class _Action:
    """Puts the page into the admin's class, and beside it the question whether somebody may open it.

    Django and unfold look for that question by name. A dotted permission would make unfold's system check ask
    the database, which is not there before the first `migrate`.
    """

    def __init__(self, page: Callable[..., Any], permission: str, codename: str) -> None:
        self.page, self.permission, self.codename = page, permission, codename

    def __set_name__(self, owner: type, name: str) -> None:
        permission = self.permission

        def may(_: Any, request: HttpRequest, obj: Any = None) -> bool:
            return request.user.has_perm(permission)

        setattr(owner, name, self.page)
        setattr(owner, f"has_{self.codename}_permission", may)


def _row(admin: StaffAdmin, request: HttpRequest, object_id: str) -> Any:
    row = admin.get_object(request, unquote(object_id))
    if row is None:
        raise Http404
    return row


def _carry_out(
    admin: StaffAdmin, request: HttpRequest, name: str, method: Callable[..., Any], asked: Reason
) -> None:
    given = asked.cleaned_data
    admin.audited(request, name, asked.row, reason=given["reason"], **asked.details)
    try:
        admin.message_user(request, method(admin, request, asked.row, given), messages.SUCCESS)
    except DomainError as refusal:
        admin.message_user(request, refusal.detail, messages.ERROR)


def _wanted(request: HttpRequest) -> str:
    """Where the page was opened from, as far as it is ours."""
    wanted: str = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def _page(admin: StaffAdmin, row: Any = None) -> str:
    """Of the row, or of the list."""
    name = f"{admin.admin_site.name}:{admin.opts.app_label}_{admin.opts.model_name}"
    return reverse(f"{name}_change", args=[row.pk]) if row else reverse(f"{name}_changelist")


def _gone(admin: StaffAdmin, request: HttpRequest, object_id: str | None, page: str) -> bool:
    """Whether this is the page of a row that is no more."""
    of_the_row = object_id and f"/{object_id}/" in urlsplit(page).path
    return bool(of_the_row) and admin.get_object(request, unquote(str(object_id))) is None


def _fields(message: Any) -> dict[str, Any]:
    """Names of fields, of what Django's admin says of a change."""
    if not isinstance(message, list):
        return {}
    parts = [part for item in message if isinstance(item, dict) for part in item.values()]
    return {"fields": sorted({str(field) for part in parts for field in part.get("fields", [])})}
