"""What a newcomer sends, and what somebody was charged."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts import activation
from accounts.models import Charge, User
from conftest import PASSWORD


def a_code(*, expires_at: datetime | None = None) -> str:
    [code] = activation.issue(1, now=timezone.now(), expires_at=expires_at)
    return code


def carol(code: str, **changes: object) -> dict[str, object]:
    given = {"username": "carol", "email": "carol@example.org", "password": PASSWORD, "activationCode": code}
    return {**given, **changes}


def a_charge(user: User, characters: int, **fields: Any) -> Charge:
    number = Charge.objects.filter(user=user).count() + 1
    return Charge.objects.create(user=user, number=number, characters=characters, **fields)
