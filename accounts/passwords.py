"""Changing a password signs out every device."""

import re
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts import tokens
from accounts.models import User

OUR_WORDS = re.compile(r"thought|voice|perform(er|ance)?|magic(ian)?|mentalis[mt]|magia|mago|pensamiento|voz")
LEAST_BESIDE = 8


class OurOwnWords(CommonPasswordValidator):
    """As common as any: what is little more than words that everybody here has at hand."""

    def validate(self, password: str, user: Any = None) -> None:
        beside = OUR_WORDS.sub("", password.casefold())
        if len(beside) < min(LEAST_BESIDE, len(password)):
            raise ValidationError(self.get_error_message(), code="password_too_common")


def change(user: User, password: str, *, now: datetime) -> None:
    """Whoever dies in between leaves nobody signed in; whoever signed in with the old password
    meanwhile is signed out as well."""
    tokens.revoke_all(user, now=now)
    user.set_password(password)
    user.save(update_fields=["password"])
    tokens.revoke_all(user, now=now)
