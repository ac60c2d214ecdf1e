import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import passwords
from accounts.management import find_user


class Command(BaseCommand):
    help = (
        "Set a new password and sign out every device. Asks for the password, or reads it from standard "
        "input; --generate makes one up and prints it. It is never taken from the command line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="username or email")
        parser.add_argument("--generate", action="store_true")

    def handle(self, *, user: str, generate: bool, **_: Any) -> str:
        person = find_user(user)
        password = secrets.token_urlsafe(12) if generate else _ask()
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        passwords.change(person, password, now=timezone.now())
        return password if generate else f"{person.username} can sign in with the new password."


def _ask() -> str:
    return getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
