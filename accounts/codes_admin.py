"""Activation codes for staff: issued in batches and listed to be handed out, pasted from a sheet, revoked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxLengthValidator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts import activation, pasting
from accounts.lists import Big, beginning, number, owned
from accounts.models import ActivationCode
from accounts.sheets import Sheeted
from accounts.staff import Reason, StaffAdmin, confirmed

MOST_AT_ONCE = 500
MOST_CHARACTERS = 100_000
NAMED = 5
"""Batches that the list of what staff did names."""


class IssueForm(forms.ModelForm):
    count = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = ActivationCode
        fields = ["batch", "note", "expires_at"]


class BatchForm(Reason):
    batch = forms.CharField(label=_("Batch"), max_length=100, widget=UnfoldAdminTextInputWidget)
    field_order = ["batch", "reason"]

    def clean_batch(self) -> str:
        batch: str = self.cleaned_data["batch"]
        if not ActivationCode.objects.filter(batch=batch).exists():
            raise forms.ValidationError(_("There is no batch of this name."))
        return batch


class PasteForm(Reason):
    """What was pasted is shown line by line first; the second press takes what was shown, and nothing else."""

    lines = forms.CharField(
        label=_("Lines of a sheet"),
        strip=False,
        validators=[MaxLengthValidator(MOST_CHARACTERS)],
        widget=UnfoldAdminTextareaWidget({"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "Code, batch, note, expires: copied from a spreadsheet, or with commas. A first line with these "
            "names may put them in another order; other columns are not read."
        ),
    )
    field_order = ["lines", "reason"]
    found: Sequence[pasting.Line] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = "seen" in self.data

    def clean_lines(self) -> str:
        text: str = self.cleaned_data["lines"]
        rows = pasting.rows(text)
        self.found = pasting.judged(rows) if 0 < len(rows) <= MOST_AT_ONCE else []
        if not self.found:
            raise forms.ValidationError(_("Paste at least one line and at most %d.") % MOST_AT_ONCE)
        return text

    def clean(self) -> dict[str, Any]:
        if self.found and not (self.taken and self.data.get("seen") == self.digest):
            raise forms.ValidationError(_("Nothing is taken yet."))
        return {**(super().clean() or {}), "taken": self.taken}

    @property
    def taken(self) -> list[pasting.Line]:
        return [line for line in self.found if not line.errors]

    @property
    def refused_first(self) -> list[pasting.Line]:
        """As they are shown: of hundreds of lines one looks for those that need a hand."""
        return sorted(self.found, key=lambda line: not line.errors)

    @property
    def digest(self) -> str:
        return pasting.digest(self.found)

    @property
    def details(self) -> dict[str, Any]:
        batches = sorted({line.instance.batch for line in self.taken})
        refused = len(self.found) - len(self.taken)
        return {"count": len(self.taken), "refused": refused, "batches": ", ".join(batches[:NAMED])}


class Condition(admin.SimpleListFilter):
    """The questions that are asked about codes."""

    title = _("Condition")
    parameter_name = "condition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("free", _("Can be used")),
            ("used", _("Used")),
            ("expired", _("Expired unused")),
            ("revoked", _("Revoked")),
        ]

    def queryset(self, request: HttpRequest, codes: QuerySet[ActivationCode]) -> Any:
        now = timezone.now()
        unused = Q(used_at=None, revoked_at=None)
        meant = {
            "free": unused & (Q(expires_at=None) | Q(expires_at__gt=now)),
            "used": Q(used_at__isnull=False),
            "expired": unused & Q(expires_at__lte=now),
            "revoked": Q(revoked_at__isnull=False),
        }
        chosen = meant.get(self.value() or "")
        return codes.filter(chosen) if chosen else None


@admin.register(ActivationCode)
class ActivationCodeAdmin(Sheeted, Big, StaffAdmin):
    list_display = ["code", "batch", "note", "created_at", "expires_at", "used_at", "used_by", "revoked_at"]
    shows = ["used_by"]
    list_filter = [Condition]
    search_help_text = _("Code, batch, or who used it")
    readonly_fields = ["code", "used_at", "used_by", "created_at", "revoked_at"]
    actions_list = ["paste", "revoke_batch"]
    actions_detail = ["revoke"]
    sheet_columns = [
        "code",
        "batch",
        "note",
        "created_at",
        "expires_at",
        "used_at",
        "used_by__username",
        "revoked_at",
    ]

    class Media:
        css = {"all": ["office/people.css"]}

    def meant(self, term: str) -> Iterable[Q]:
        if key := number(term):
            yield Q(pk=key)
        yield activation.written(term)
        yield Q(batch=term)
        yield beginning("code", term.upper())
        yield beginning("batch", term)
        yield owned(term, "used_by")

    def get_urls(self) -> list[URLPattern]:
        issued = self.admin_site.admin_view(self.issued)
        name = "accounts_activationcode_issued"
        return [path("issued/<str:instant>/", issued, name=name), *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **(kwargs if obj else {**kwargs, "form": IssueForm}))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ["count", "batch", "note", "expires_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who used which is kept; what is not to be used any more is revoked."""
        return False

    def save_model(self, request: HttpRequest, obj: ActivationCode, form: Any, change: bool) -> None:
        """The form of a new code issues as many as it says; the first of them is `obj`."""
        if not change:
            obj.created_at = _to_milliseconds(obj.created_at)  # all that MongoDB keeps; `issued` asks for it
            obj.code = activation.new_code()
            activation.issue(
                form.cleaned_data["count"] - 1,
                now=obj.created_at,
                batch=obj.batch,
                note=obj.note,
                expires_at=obj.expires_at,
            )
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: ActivationCode, message: Any) -> Any:
        count = ActivationCode.objects.filter(created_at=obj.created_at).count()
        self.audited(request, "activationcode.issue", obj, reason=obj.note, count=count, batch=obj.batch)

    def response_add(
        self, request: HttpRequest, obj: ActivationCode, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return HttpResponseRedirect(
            reverse("admin:accounts_activationcode_issued", args=[obj.created_at.isoformat()])
        )

    def issued(self, request: HttpRequest, instant: str) -> HttpResponse:
        """What was issued at once, to be handed out."""
        codes = ActivationCode.objects.filter(created_at=_instant(instant)).order_by("code")
        shown = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Issued codes"),
            "codes": list(codes[:MOST_AT_ONCE]),
            "media": self.media,
        }
        if not self.has_view_permission(request) or not shown["codes"]:
            raise Http404
        return TemplateResponse(request, "accounts/issued.html", shown)

    @confirmed(
        "activationcode.import",
        _("Paste from a sheet"),
        permission="accounts.add_activationcode",
        says=_("Codes that were made elsewhere. Nothing is taken before you have seen what would be."),
        form=PasteForm,
        icon="content_paste",
        button=_("Look through"),
        template="accounts/paste.html",
    )
    def paste(self, request: HttpRequest, row: None, given: dict[str, Any]) -> Any:
        now = _to_milliseconds(timezone.now())
        taken = activation.take_over([line.instance for line in given["taken"]], now=now)
        return ngettext("%d code taken.", "%d codes taken.", taken) % taken

    @confirmed(
        "activationcode.revoke",
        _("Revoke"),
        permission="accounts.change_activationcode",
        says=_("Nobody can register with this code any more. Who has done so keeps their account."),
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def revoke(self, request: HttpRequest, code: ActivationCode, given: dict[str, Any]) -> Any:
        return _revoked(ActivationCode.objects.filter(pk=code.pk))

    @confirmed(
        "activationcode.revoke_batch",
        _("Revoke a batch"),
        permission="accounts.change_activationcode",
        says=_("Nobody can register with the unused codes of this batch any more."),
        form=BatchForm,
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def revoke_batch(self, request: HttpRequest, row: None, given: dict[str, Any]) -> Any:
        return _revoked(ActivationCode.objects.filter(batch=given["batch"]))


def _revoked(codes: QuerySet[ActivationCode]) -> str:
    revoked = activation.revoke(codes, now=timezone.now())
    return ngettext("%d unused code revoked.", "%d unused codes revoked.", revoked) % revoked


def _to_milliseconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _instant(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise Http404 from None
