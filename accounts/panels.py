"""The page of a performer: each app adds what it knows of them, as imports run one way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.models import User


@dataclass(frozen=True)
class Panel:
    place: int
    """Where on the page, the smallest first."""
    title: Any
    template: str
    permission: str
    """Who lacks it does not see the panel."""
    look: Callable[[HttpRequest, User], dict[str, Any]]
    """What the template shows, found in a few queries however much there is."""


PANELS: list[Panel] = []


def shown(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    return [
        {"title": panel.title, "template": panel.template, **panel.look(request, user)}
        for panel in sorted(PANELS, key=lambda panel: panel.place)
        if request.user.has_perm(panel.permission)
    ]
