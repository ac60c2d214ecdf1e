"""From an activation code to a user."""

import uuid
from datetime import datetime

from django.db import IntegrityError

from accounts import activation, preferences
from accounts.models import Preferences, User
from thoughtvoice.errors import DomainError


class NameTaken(DomainError):
    code = "invalid"
    title = "The request is malformed"


def register(
    *,
    username: str,
    email: str,
    password: str,
    code: str,
    language: str = Preferences.Language.ENGLISH,
    user_id: uuid.UUID,
    now: datetime,
) -> User:
    """Claim the code, then create the user; a refusal for another reason gives the code back.

    Called again with the same `user_id` after a crash, it goes on where it was. Only the holder of a good
    code learns that a name is taken. Raises: CodeRefused, NameTaken.
    """
    activation.claim(code, user_id=user_id, now=now)
    if begun := User.objects.filter(pk=user_id).first():
        preferences.of(begun, begun_in=language)
        return begun
    try:
        _refuse_taken(username, email)
        user = User.objects.create_user(username, email, password, id=user_id, date_joined=now)
    except IntegrityError:
        activation.give_back(code, user_id=user_id)
        _refuse_taken(username, email)
        raise
    except Exception:
        activation.give_back(code, user_id=user_id)
        raise
    preferences.of(user, begun_in=language)
    return user


def _refuse_taken(username: str, email: str) -> None:
    if errors := User.objects.taken(username, email):
        raise NameTaken("Some fields are not as they should be.", errors=errors)
