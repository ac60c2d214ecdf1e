"""The back office as a whole: its menu, by the questions that staff ask."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Each question with the pages that answer it, as far as this member of staff may see them."""
    whose = [
        (_("Pool"), "view_module", "pool", "slot"),
        (_("Builds"), "construction", "pool", "build"),
        (_("Accounts and runway"), "account_balance", "pool", "account"),
        (_("Switches"), "tune", "pool", "switches"),
        (_("One person, two accounts"), "link", "pool", "link"),
    ]
    performer = [
        (_("Users"), "person", "accounts", "user"),
        (_("Performances"), "theater_comedy", "perform", "performance"),
        (_("Show packs"), "inventory_2", "perform", "pack"),
        (_("Voices"), "graphic_eq", "voices", "voice"),
        (_("Recordings"), "mic", "voices", "sample"),
        (_("Devices"), "smartphone", "accounts", "device"),
    ]
    who = [
        (_("Activation codes"), "key", "accounts", "activationcode"),
        (_("Roles"), "badge", "auth", "group"),
    ]
    what = [
        (_("Routines"), "auto_awesome", "perform", "routine"),
        (_("Backgrounds"), "music_note", "perform", "background"),
        (_("Models and services"), "record_voice_over", "voices", "speechmodel"),
    ]
    happened = [
        (_("What staff did"), "history", "accounts", "staffaction"),
        (_("Schedules"), "schedule", "django_q", "schedule"),
        (_("Finished jobs"), "task_alt", "django_q", "success"),
        (_("Failed jobs"), "error", "django_q", "failure"),
        (_("Waiting jobs"), "hourglass_empty", "django_q", "ormq"),
    ]
    home = {"title": _("Home"), "icon": "home", "link": reverse("admin:index")}
    find = {"title": _("Find"), "icon": "search", "link": reverse("find")}
    return [
        {"title": "", "items": [home, find]},
        {"title": _("Whose voice is where?"), "items": _items(request, whose)},
        {"title": _("How is a performer doing?"), "items": _items(request, performer)},
        {"title": _("Who may come in?"), "items": _items(request, who)},
        {"title": _("What can be performed?"), "items": _items(request, what)},
        {"title": _("What happened?"), "items": _items(request, happened)},
    ]


def stylesheet(request: HttpRequest) -> str:
    return static("office/office.css")


def _items(request: HttpRequest, pages: list[tuple[str, str, str, str]]) -> list[dict[str, Any]]:
    return [
        {"title": title, "icon": icon, "link": reverse(f"admin:{app}_{model}_changelist")}
        for title, icon, app, model in pages
        if request.user.has_perm(f"{app}.view_{model}")
    ]
