"""Lists of the back office stay quick with a million rows, and find what support has at hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import activation
from accounts.lists import beginning, number, performers
from accounts.models import Device, User
from conftest import App

USERS = "/admin/accounts/user/"


def found(office: Client, path: str, **asked: str) -> list[str]:
    return [str(row) for row in office.get(path, asked).context["cl"].result_list]


@pytest.mark.parametrize("term", ["alice", "ALI", "alice@example.org", "alice@", " alice ", "{id}", "{code}"])
def test_a_performer_is_found_by_what_support_has_at_hand(
    office: Client, alice: User, bob: User, term: str
) -> None:
    [code] = activation.issue(1, now=timezone.now())
    activation.claim(code, user_id=alice.pk, now=timezone.now())
    assert found(office, USERS, q=term.format(id=alice.pk, code=code)) == ["alice"]


@pytest.mark.parametrize("term", ["lice", "zoe", "00000000-0000-0000-0000-000000000000", "%", "ali%"])
def test_what_nobody_is_called_finds_nobody(office: Client, alice: User, term: str) -> None:
    assert found(office, USERS, q=term) == []


def test_a_beginning_is_a_beginning_in_every_alphabet(make_user: Any) -> None:
    for name in ("ñandú", "ñandúes", "nandu", "ñ"):
        make_user(name)
    meant = User.objects.filter(beginning("username_key", "ñan")).order_by("username_key")
    assert [user.username for user in meant] == ["ñandú", "ñandúes"]


def test_rows_of_a_performer_are_found_by_the_performer(office: Client, as_alice: App, as_bob: App) -> None:
    for path in ("/admin/accounts/device/",):
        shown = office.get(path, {"q": "ali"}).context["cl"].result_list
        assert [device.user.username for device in shown] == ["alice"]


def test_no_list_counts_its_rows(office: Client, alice: User) -> None:
    for path in (
        USERS,
        "/admin/accounts/device/",
        "/admin/accounts/charge/",
        "/admin/accounts/activationcode/",
        "/admin/accounts/staffaction/",
        "/admin/pool/build/",
    ):
        with CaptureQueriesContext(connection) as asked:
            office.get(path)
        assert not [query["sql"] for query in asked if "COUNT(" in query["sql"] or "$count" in query["sql"]]


def test_the_newest_come_first_page_by_page(office: Client, alice: User) -> None:
    now = timezone.now()
    Device.objects.bulk_create(
        Device(user=alice, name=f"phone {at}", created_at=now - timedelta(minutes=at)) for at in range(60)
    )
    first, second = (found(office, "/admin/accounts/device/", p=page) for page in ("1", "2"))
    assert (len(first), first[0], second[0], len(second)) == (50, "phone 0", "phone 50", 10)


def test_a_list_is_narrowed_by_when(office: Client, alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(date_joined=timezone.now() - timedelta(days=8))
    assert "bob" not in found(office, USERS, within="7d")
    assert "bob" in found(office, USERS, within="30d")


def test_only_a_whole_id_is_one() -> None:
    assert number("abc") is None
    assert not performers("00000000-0000-0000-0000-000000000000").query.is_empty()
