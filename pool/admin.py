"""The pool for staff: who is resident, what it costs, and what can be done about it."""

import time
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts import later, signin
from accounts.lists import Big
from accounts.staff import ReadOnlyAdmin, Reason, StaffAdmin, confirmed
from pool import admission, board, capacity, eviction, ghosts, policy, reconciliation, switches
from pool.admission import WARM
from pool.eviction import EVICTION_SECONDS
from pool.models import Account, Build, Link, Slot, Switches
from pool.reconciliation import RECONCILE_SECONDS
from pool.runway import Runway
from thoughtvoice.errors import DomainError
from voices.models import Voice
from voices.providers.base import ProviderError

RESIZE_SECONDS = 20
WEEK = timedelta(days=7)
DRIFT = {
    "missing": gettext_lazy(
        "Clones that we believe in and the provider does not know: their slots become free."
    ),
    "ownerless": gettext_lazy("Clones of a voice that was deleted or whose recording was erased: they go."),
    "unsettled": gettext_lazy(
        "Builds that died or were answered by nobody: found by name, or their slots freed."
    ),
    "undeleted": gettext_lazy("Clones that wait to be deleted: it is tried again."),
    "orphans": gettext_lazy("Clones with our mark that no slot knows: they are deleted."),
    "foreign": gettext_lazy("Voices that somebody made by hand: never touched, but they take places."),
}


TROUBLE = {
    "ProviderRefused": gettext_lazy("The provider refuses: key, plan or permission."),
    "ProviderDown": gettext_lazy("Not asked: the provider did not answer the last calls."),
    "ProviderBusy": gettext_lazy("The provider is busy."),
    "OutcomeUnknown": gettext_lazy("No answer came."),
}


class HowLong(Reason):
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=1,
        max_value=24 * 60,
        initial=60,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ["minutes", "reason"]


class Whose(Reason):
    performer = forms.CharField(
        label=gettext_lazy("Performer"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Username or email address."),
    )
    field_order = ["performer", "reason"]

    def clean_performer(self) -> str:
        owner = signin.find(self.cleaned_data["performer"])
        self.row = Voice.objects.filter(user=owner, sample__isnull=False).select_related("user").first()
        if self.row is None:
            raise forms.ValidationError(_("Nobody of that name has a voice."))
        return self.row.user.username

    @property
    def details(self) -> dict[str, Any]:
        """Not the name, which would outlive its owner's erasure: the id stands beside it."""
        return {}


class Wanted(Reason):
    """The switches as they are, to be changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widgets: dict[type[Any], Any] = {
            models.BooleanField: UnfoldBooleanSwitchWidget,
            models.PositiveIntegerField: UnfoldAdminIntegerFieldWidget,
            models.CharField: UnfoldAdminRadioSelectWidget,
        }
        chosen = {field.name: widgets[type(field)] for field in Switches._meta.fields if field.editable}
        fields = forms.fields_for_model(Switches, widgets=chosen)
        fields["strategy"].choices = [
            (name, f"{name}: {_(one.sentence)}") for name, one in policy.STRATEGIES.items()
        ]
        self.fields = {**fields, "reason": self.fields["reason"]}
        self.initial = forms.model_to_dict(switches.current())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = {name: value for name, value in given.items() if name != "reason"}
        try:
            Switches(**chosen).clean_fields(exclude={*self.fields} - {*chosen})
        except forms.ValidationError as refused:
            self.add_error(None, refused)
        return given

    @property
    def details(self) -> dict[str, Any]:
        changed = [name for name in self.changed_data if name != "reason"]
        return {name: f"{self.initial[name]} → {self.cleaned_data[name]}" for name in changed}


def drifts(_row: Any = None) -> dict[str, Any]:
    """What reconciliation would repair: nothing is changed."""
    deadline = time.monotonic() + RECONCILE_SECONDS
    found = []
    for account in capacity.accounts():
        try:
            drift = reconciliation.reconcile(account, repair=False, deadline=deadline)
        except ProviderError as refusal:
            found.append({"account": account, "refusal": str(refusal)})
            continue
        lines = [
            {"kind": kind, "many": many, "sentence": DRIFT[kind]}
            for kind, many in drift.counts().items()
            if many
        ]
        found.append({"account": account, "lines": lines})
    return {"drifts": found}


@admin.register(Slot)
class SlotAdmin(ReadOnlyAdmin):
    list_display = ["place", "standing", "since", "who", "last_used_at", "deletion", "trouble"]
    list_select_related = ["account", "voice__user"]
    list_filter = ["state", "account"]
    search_fields = ["^voice__user__username_key", "^voice__user__email_key"]
    search_help_text = gettext_lazy("Username or email address")
    list_before_template = "office/pool.html"
    actions_list = ["warm", "reconcile"]
    actions_detail = ["evict", "pin", "unpin"]
    exclude = ["remote_id", "name", "pauses", "score"]

    def concerns(self, obj: Any) -> Any:
        return super().concerns(obj.voice if isinstance(obj, Slot) else obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {
            "boards": board.boards(now=timezone.now()),
            "ghosts": ghosts.comparison(),
            "switches": switches.current(),
        }
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    @display(description=gettext_lazy("place"), ordering="number")
    def place(self, slot: Slot) -> str:
        return f"{slot.account} {slot.number}"

    @display(
        description=gettext_lazy("state"),
        label={
            "idle": "success",
            "pinned": "info",
            "building": "warning",
            "unknown": "danger",
            "deleting": "danger",
        },
    )
    def standing(self, slot: Slot) -> tuple[str, str]:
        kind = board.kind(slot, now=timezone.now())
        return kind, _(kind)

    @display(description=gettext_lazy("deletion"))
    def deletion(self, slot: Slot) -> str:
        """Of a clone that waits for it: how often it was tried, and when it is tried again."""
        now = timezone.now()
        if slot.state != Slot.State.DELETING:
            return ""
        if eviction.may_be_speaking(slot, now=now):
            return _("it may still be speaking")
        again = _("again in %s") % timeuntil(slot.retry_at, now) if slot.retry_at > now else _("again soon")
        if not slot.attempts:
            return _("is tried soon")
        tried = ngettext("tried once in vain", "tried %(many)d times in vain", slot.attempts)
        return f"{tried % {'many': slot.attempts}}, {again}"

    @display(description=gettext_lazy("trouble"))
    def trouble(self, slot: Slot) -> str:
        return str(TROUBLE.get(slot.error, slot.error))

    @display(description=gettext_lazy("performer"))
    def who(self, slot: Slot) -> str:
        return slot.voice.user.username if slot.voice else ""

    @confirmed(
        "voice.evict",
        gettext_lazy("Evict"),
        permission="pool.evict_slot",
        icon="logout",
        variant=ActionVariant.DANGER,
        says=gettext_lazy(
            "The clone is deleted at the provider and its place becomes free. When the performer returns, "
            "their voice is made anew, which spends one of the month's creations. A pinned voice stays."
        ),
    )
    def evict(self, request: HttpRequest, slot: Slot, given: dict[str, Any]) -> str:
        deadline = time.monotonic() + EVICTION_SECONDS
        if eviction.evict(slot, reason="staff", now=timezone.now(), deadline=deadline):
            return _("The slot is free.")
        slot.refresh_from_db()
        if slot.state == Slot.State.DELETING:
            return _("The voice has left; the provider has not confirmed the deletion yet.")
        raise DomainError(_("The voice stays: it is pinned, or was used a moment ago."))

    @confirmed(
        "voice.pin",
        gettext_lazy("Pin"),
        permission="pool.pin_slot",
        icon="keep",
        form=HowLong,
        says=gettext_lazy("Nobody evicts this voice for so long, whoever needs a place."),
    )
    def pin(self, request: HttpRequest, slot: Slot, given: dict[str, Any]) -> str:
        if not admission.pin(slot, until=timezone.now() + timedelta(minutes=given["minutes"])):
            raise DomainError(_("The voice is not in this slot any more."))
        return _("Pinned for %d minutes.") % given["minutes"]

    @confirmed(
        "voice.unpin",
        gettext_lazy("End the pin"),
        permission="pool.pin_slot",
        icon="keep_off",
        says=gettext_lazy("The voice may be evicted again, as soon as nobody can be speaking with it."),
    )
    def unpin(self, request: HttpRequest, slot: Slot, given: dict[str, Any]) -> str:
        if not admission.unpin(slot, now=timezone.now()):
            raise DomainError(_("The voice is not in this slot any more."))
        return _("The pin has ended.")

    @confirmed(
        "voice.warm",
        gettext_lazy("Warm a voice"),
        permission="pool.warm_voice",
        icon="local_fire_department",
        form=Whose,
        says=gettext_lazy(
            "The voice is made resident and pinned, as the app does before a show. A worker does it within "
            "seconds; somebody else may have to leave, and a rebuild spends one of the month's creations."
        ),
    )
    def warm(self, request: HttpRequest, voice: Voice, given: dict[str, Any]) -> str:
        if not switches.current().enabled:
            raise DomainError(_("The pool is switched off: a temporary clone for every performance."))
        later.soon(WARM, str(voice.pk))
        return _("The voice of %s is being made resident.") % voice.user

    @confirmed(
        "pool.reconcile",
        gettext_lazy("Reconcile"),
        permission="pool.reconcile",
        icon="sync",
        button=gettext_lazy("Repair"),
        template="office/reconcile.html",
        shows=drifts,
        says=gettext_lazy(
            "What our rows and the provider disagree on, as of now. Nothing has been changed yet."
        ),
    )
    def reconcile(self, request: HttpRequest, _row: Any, given: dict[str, Any]) -> str:
        deadline = time.monotonic() + RECONCILE_SECONDS
        told = [
            f"{account}: {_repaired(reconciliation.reconcile(account, repair=True, deadline=deadline))}"
            for account in capacity.accounts()
        ]
        return "; ".join(told)


@admin.register(Switches)
class SwitchesAdmin(ReadOnlyAdmin):
    list_display = ["enabled", "capacity", "strategy", "ttl_minutes", "cloning", "sharing"]
    list_before_template = "office/ghosts.html"
    actions_list = ["switch"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one row: who may change it begins there."""
        if request.user.has_perm("pool.change_switches"):
            return HttpResponseRedirect(reverse("admin:pool_switches_switch"))
        return super().changelist_view(request, {**(extra_context or {}), "ghosts": ghosts.comparison()})

    @confirmed(
        "pool.switch",
        gettext_lazy("Change the switches"),
        permission="pool.change_switches",
        icon="tune",
        form=Wanted,
        template="office/switches.html",
        shows=lambda _row: {"ghosts": ghosts.comparison()},
        says=gettext_lazy("Every process follows within seconds, without a restart."),
    )
    def switch(self, request: HttpRequest, _row: Any, given: dict[str, Any]) -> str:
        before = forms.model_to_dict(switches.current())
        changes = {name: given[name] for name in before if given[name] != before[name]}
        switches.change(**changes)
        if "capacity" in changes:
            usable = capacity.resize(given["capacity"], deadline=time.monotonic() + RESIZE_SECONDS)
            return _("Changed. %d places are usable now; who is pinned leaves later.") % usable
        return _("Changed.") if changes else _("Nothing was to be changed.")


@admin.register(Link)
class LinkAdmin(StaffAdmin):
    list_display = ["voice", "speaks_as", "reason", "made_at"]
    list_select_related = ["voice__user", "speaks_as__user"]
    fields = ["voice", "speaks_as", "reason"]
    raw_id_fields = ["voice", "speaks_as"]
    search_fields = ["voice__user__username_key"]

    def concerns(self, obj: Any) -> Any:
        return obj.voice.user_id


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = [
        "name",
        "voice_limit",
        "foreign_voices",
        "creations",
        "characters",
        "resets_at",
        "polled_at",
    ]

    @display(description=gettext_lazy("creations"))
    def creations(self, account: Account) -> str:
        return _told(board.creations(account, now=timezone.now()))

    @display(description=gettext_lazy("characters"))
    def characters(self, account: Account) -> str:
        return _told(board.characters(account, now=timezone.now()))


class Question(admin.SimpleListFilter):
    """What operators ask of builds."""

    title = gettext_lazy("question")
    parameter_name = "ask"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("failed", _("Failed to build this week")),
            ("rebuilt", _("Rebuilt this week")),
            ("running", _("Running or unknown")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Build]) -> QuerySet[Build]:
        this_week = queryset.filter(started_at__gt=timezone.now() - WEEK)
        match self.value():
            case "failed":
                return this_week.filter(outcome=Build.Outcome.NOT_MADE)
            case "rebuilt":
                return this_week.filter(outcome=Build.Outcome.MADE, first=False)
            case "running":
                return queryset.filter(outcome__in=[Build.Outcome.RUNNING, Build.Outcome.UNKNOWN])
        return queryset


@admin.register(Build)
class BuildAdmin(Big, ReadOnlyAdmin):
    list_display = ["started_at", "user", "account", "result", "failure", "first", "seconds"]
    shows = ["account", "user"]
    list_filter = [Question, "outcome", "first"]
    search_help_text = gettext_lazy("Performer, activation code or id")
    sortable_by = ["started_at"]
    ordering = ["-started_at", "-id"]

    @display(
        description=gettext_lazy("outcome"),
        ordering="outcome",
        label={"made": "success", "running": "info", "unknown": "warning", "not_made": "danger"},
    )
    def result(self, build: Build) -> tuple[str, str]:
        return build.outcome, build.get_outcome_display()

    @display(description=gettext_lazy("seconds"))
    def seconds(self, build: Build) -> str:
        took = build.finished_at - build.started_at if build.finished_at else None
        return formats.number_format(took.total_seconds(), 1) if took else ""


def _repaired(drift: reconciliation.Drift) -> str:
    counts = {kind: many for kind, many in drift.counts().items() if many and kind != "foreign"}
    return ", ".join(f"{many} {_(kind)}" for kind, many in counts.items()) or _("rows and provider agree")


def _told(plan: Runway) -> str:
    if plan.limit is None:
        return _("%(used)d, no limit") % {"used": plan.used}
    told = _("%(used)d of %(limit)d") % {"used": plan.used, "limit": plan.limit}
    ends = _("used up on %s") % formats.date_format(plan.ends_on) if plan.ends_on else ""
    return f"{told}, {ends}" if ends else told
