from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts import audit_admin, codes_admin, erasure, panels, quota, roles_admin, tokens  # noqa: F401 - Django looks for admin here
from accounts.lists import Big, Joined, Lately, owned
from accounts.models import ActivationCode, Charge, Device, Preferences, StaffAction, TopUp, User
from accounts.sheets import Sheeted
from accounts.staff import ReadOnlyAdmin, Reason, StaffAdmin, confirmed

NEWEST = 8
"""Rows of a kind on a performer's page; the lists have the rest."""


class PasswordForm(AdminPasswordChangeForm):
    """Setting somebody's password signs out every device of theirs."""

    def save(self, commit: bool = True) -> User:
        tokens.revoke_all(self.user, now=timezone.now())
        user = super().save(commit)
        tokens.revoke_all(user, now=timezone.now())
        return user


class PreferencesInline(TabularInline):
    model = Preferences
    verbose_name_plural = _("How they want to be spoken")
    can_delete = False


class TopUpForm(Reason):
    characters = forms.IntegerField(
        label=_("Characters"),
        min_value=1,
        max_value=100_000,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Added to this month; the next month begins without them."),
    )
    field_order = ["characters", "reason"]


@admin.register(User)
class UserAdmin(Sheeted, Big, DjangoUserAdmin, StaffAdmin):
    form = UserChangeForm
    add_form = AdminUserCreationForm
    change_password_form = PasswordForm
    list_display = ["username", "email", "used_this_month", "date_joined", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", Joined]
    search_help_text = _("Name, e-mail, activation code or id")
    ordering = ["-date_joined", "-id"]
    shows = ()
    sheet_columns = [
        *("username", "email", "id", "date_joined", "is_active", "is_staff"),
        *("char_limit", "erase_requested_at"),
    ]
    filter_horizontal = ()
    inlines = [PreferencesInline]
    readonly_fields = ["date_joined", "last_login", "allowance_from", "erase_requested_at"]
    fieldsets = [
        (None, {"fields": ["username", "email", "password"]}),
        (_("Allowance"), {"fields": ["char_limit", "allowance_from"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["date_joined", "last_login", "erase_requested_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "email", "usable_password", "password1", "password2"]})]
    actions_detail = ["top_up", "end_devices", "erase"]
    change_form_outer_before_template = "accounts/performer.html"

    class Media:
        css = {"all": ["office/people.css"]}

    def meant(self, term: str) -> Any:
        """Not `owned`: these are the performers themselves."""
        yield owned(term, "pk")

    def completed(self, rows: list[Any]) -> list[Any]:
        used = quota.used_by(rows, now=timezone.now())
        for user in rows:
            user.used = used.get(user.pk, 0)
        return rows

    @admin.display(description=_("characters this month"))
    def used_this_month(self, user: Any) -> int:
        return user.used

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """They are erased, which reaches the provider: see `erase`."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        shown = {"panels": panels.shown(request, user)} if user else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    @confirmed(
        "user.top_up",
        _("Give characters"),
        permission="accounts.top_up",
        says=_("More characters for this month, for this performer."),
        form=TopUpForm,
        icon="add_circle",
        variant=ActionVariant.PRIMARY,
    )
    def top_up(self, request: HttpRequest, user: User, given: dict[str, Any]) -> Any:
        assert request.user.is_authenticated
        now = timezone.now()
        quota.grant(user, given["characters"], reason=given["reason"], author=request.user, now=now)
        left = quota.usage(user, now=now).left
        return _("%(given)d characters given; %(left)d are left this month.") % {
            "given": given["characters"],
            "left": left,
        }

    @confirmed(
        "user.end_devices",
        _("Sign out everywhere"),
        permission="accounts.end_devices",
        says=_("Every phone of this performer has to sign in again."),
        icon="logout",
    )
    def end_devices(self, request: HttpRequest, user: User, given: dict[str, Any]) -> Any:
        ended = tokens.revoke_all(user, now=timezone.now())
        return ngettext("%d device signed out.", "%d devices signed out.", ended) % ended

    @confirmed(
        "user.erase",
        _("Erase"),
        permission="accounts.delete_user",
        says=_(
            "Everything of this performer goes: recordings, voice, performances, the clone at the provider, "
            "the account. It cannot be undone. Charges stay, without a name."
        ),
        icon="delete_forever",
        variant=ActionVariant.DANGER,
    )
    def erase(self, request: HttpRequest, user: User, given: dict[str, Any]) -> Any:
        """As when they ask for it themselves: files and the clone go too, in a moment."""
        erasure.request(user, now=timezone.now())
        return _("%s is signed out and will be gone in a few minutes.") % user


@admin.register(Device)
class DeviceAdmin(Big, ReadOnlyAdmin):
    list_display = ["user", "name", "platform", "created_at", "last_seen_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), Lately]
    search_help_text = _("Performer, activation code or id")
    actions_detail = ["end"]

    @confirmed(
        "device.end",
        _("Sign out"),
        permission="accounts.end_devices",
        says=_("This phone has to sign in again."),
        icon="logout",
    )
    def end(self, request: HttpRequest, device: Device, given: dict[str, Any]) -> Any:
        ended = tokens.revoke(device, now=timezone.now())
        return _("The device is signed out.") if ended else _("It was signed out already.")


@admin.register(Charge)
class ChargeAdmin(Sheeted, Big, ReadOnlyAdmin):
    list_display = ["user", "characters", "factor", "state", "created_at"]
    list_filter = ["state", Lately]
    search_help_text = _("Performer, activation code or id")
    sheet_columns = ["created_at", "user__username", "characters", "factor", "state"]


def _allowance(request: HttpRequest, user: User) -> dict[str, Any]:
    usage = quota.usage(user, now=timezone.now())
    return {
        "usage": usage,
        "used_share": _share(usage.used, usage.limit),
        "held_share": _share(usage.held, usage.limit),
        "top_ups": list(
            TopUp.objects.filter(user=user).select_related("author").order_by("-created_at")[:NEWEST]
        ),
    }


def _share(part: int, whole: int) -> int:
    return min(100, round(100 * part / whole)) if whole else 0


def _devices(request: HttpRequest, user: User) -> dict[str, Any]:
    devices = Device.objects.filter(user=user).order_by("-last_seen_at")[:NEWEST]
    return {"devices": list(devices), "code": ActivationCode.objects.filter(used_by=user).first()}


def _staff_actions(request: HttpRequest, user: User) -> dict[str, Any]:
    about = StaffAction.objects.filter(about=user.pk).select_related("staff").order_by("-created_at")
    return {"actions": list(about[:NEWEST])}


panels.PANELS += [
    panels.Panel(
        1, _("Allowance of this month"), "accounts/allowance.html", "accounts.view_charge", _allowance
    ),
    panels.Panel(4, _("Devices"), "accounts/devices.html", "accounts.view_device", _devices),
    panels.Panel(
        5, _("What staff did"), "accounts/actions.html", "accounts.view_staffaction", _staff_actions
    ),
]
