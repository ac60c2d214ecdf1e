from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import quota
from accounts.management import find_user
from accounts.models import User


class Command(BaseCommand):
    help = "Let the month's character count begin anew, for one user or for all. Twice is the same as once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", help="username or email; default: everybody")

    def handle(self, *, user: str | None, **_: Any) -> str:
        users = User.objects.filter(pk=find_user(user).pk) if user else User.objects.all()
        return f"{quota.begin_anew(users, now=timezone.now())} counts are zero now."
