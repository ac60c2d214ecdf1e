from django.core.management.base import CommandError

from accounts import signin
from accounts.models import User


def find_user(name: str) -> User:
    """By username or email, in any case. Raises: CommandError."""
    user = signin.find(name)
    if user is None:
        raise CommandError(f"There is no user “{name}”.")
    return user
