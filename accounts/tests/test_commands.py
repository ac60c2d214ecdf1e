from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import quota
from accounts.models import ActivationCode, Charge, User
from accounts.tests.people import a_charge
from conftest import PASSWORD, App

pytestmark = pytest.mark.django_db


def output(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_codes_are_printed_one_a_line() -> None:
    lines = output("issuecodes", "3", "--batch", "tour", "--note", "Oslo", "--expires-days", "7").splitlines()
    assert sorted(lines) == sorted(ActivationCode.objects.values_list("code", flat=True))
    assert len(lines) == 3
    for row in ActivationCode.objects.all():
        assert (row.batch, row.note) == ("tour", "Oslo")
        assert timedelta(days=6.9) < row.expires_at - timezone.now() < timedelta(days=7)


@pytest.mark.parametrize("count", ["0", "-1", "10001"])
def test_a_senseless_number_of_codes_is_refused(count: str) -> None:
    with pytest.raises(CommandError, match="Ask for 1 to 10000 codes"):
        call_command("issuecodes", "--", count)


def test_a_reset_password_ends_all_devices(alice: User, as_alice: App) -> None:
    password = output("resetpassword", "Alice@example.org", "--generate").strip()
    assert as_alice.get("/user/me").status_code == 401
    assert User.objects.get().check_password(password)


def test_a_password_is_read_from_standard_input(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("eleven quiet rivers\n"))
    assert output("resetpassword", "alice") == "alice can sign in with the new password.\n"
    assert User.objects.get().check_password("eleven quiet rivers")


def test_a_weak_password_is_refused(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("123\n"))
    with pytest.raises(CommandError, match="too short"):
        call_command("resetpassword", "alice")
    assert User.objects.get().check_password(PASSWORD)


def test_counts_are_reset_for_one_or_for_all(alice: User, bob: User) -> None:
    for user in (alice, bob):
        a_charge(user, 9, state=Charge.State.SETTLED)

    def used() -> list[int]:
        users = User.objects.order_by("username")
        return [quota.usage(user, now=timezone.now()).used for user in users]

    assert output("resetcharcounts", "--user", "BOB") == "1 counts are zero now.\n"
    assert used() == [9, 0]
    assert output("resetcharcounts") == "2 counts are zero now.\n"
    assert used() == [0, 0]
    output("resetcharcounts")
    assert used() == [0, 0]


@pytest.mark.parametrize("arguments", [["resetpassword", "nobody"], ["resetcharcounts", "--user", "nobody"]])
def test_nobody_is_said_to_be_nobody(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no user “nobody”"):
        call_command(*arguments)
