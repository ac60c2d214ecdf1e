"""Finding out who somebody is: by name or email, and password."""

import logging
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.http import HttpRequest

from accounts import names
from accounts.models import User

log = logging.getLogger("thoughtvoice.signin")


def find(name: str) -> User | None:
    """By username or email. Should one's name be another's address, the name wins."""
    key = names.key(name)
    found = {user.username_key: user for user in User.objects.filter(Q(username_key=key) | Q(email_key=key))}
    return found.get(key) or next(iter(found.values()), None)


class NameOrEmailBackend(ModelBackend):
    """Signs in with the username or the email, written in any case."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or not password:
            return None
        began = time.monotonic()
        user = find(username)
        if user is None:
            make_password(password)  # as long as a check takes, so that time does not tell who exists
        elif user.check_password(password) and self.user_can_authenticate(user):
            log.info("signed_in", extra={"user_id": str(user.pk)})
            return user
        log.warning("sign_in_refused", extra={"user_id": str(user.pk) if user else ""})
        # Passwords of the old system are hashed otherwise and take another time: every refusal takes this one.
        time.sleep(max(0.0, settings.REFUSED_SIGN_IN_SECONDS - (time.monotonic() - began)))
        return None
