from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import quota
from accounts.models import StaffAction, User
from accounts.sheets import guarded, sheet
from accounts.tests.roles import office_of


@pytest.mark.parametrize("cell", ["=1+1", "+44 20", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_is_quoted(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "written"), [("a=1", "a=1"), (-5, "-5"), (None, ""), (0.5, "0.5"), ("", "")]
)
def test_everything_else_stays(cell: Any, written: str) -> None:
    assert guarded(cell) == written


def test_a_sheet_opens_in_a_spreadsheet_and_is_kept_by_nobody() -> None:
    answer = sheet("codes", ["a", "b"], [["1", 'two "words"'], ["=cmd|x", "ñ, ü"]])
    assert b"".join(answer).decode("utf-8-sig") == 'a,b\r\n1,"two ""words"""\r\n\'=cmd|x,"ñ, ü"\r\n'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="codes-')


def test_a_list_comes_as_it_is_filtered(office: Client, alice: User, bob: User) -> None:
    quota.settle(quota.reserve(alice, 10, now=timezone.now()), 10, factor=0.5)
    quota.reserve(bob, 20, now=timezone.now())
    answer = office.get("/admin/accounts/charge/sheet/", {"state__exact": "settled", "q": "alice"})
    [row] = b"".join(answer).decode("utf-8-sig").split("\r\n")[1:-1]
    assert row.split(",")[1:] == ["alice", "10", "0.5", "settled"]
    assert StaffAction.objects.get().details == {"filters": "state__exact=settled"}


def test_who_may_not_see_the_list_gets_no_sheet(alice: User) -> None:
    assert office_of("").get("/admin/accounts/charge/sheet/").status_code == 403
    assert office_of("operator").get("/admin/accounts/charge/sheet/").status_code == 200


def test_performers_come_as_a_sheet_without_what_signs_them_in(office: Client, make_user: Any) -> None:
    dora = make_user("=dora")
    answer = office.get("/admin/accounts/user/sheet/", {"q": "=dora"})
    header, row = b"".join(answer).decode("utf-8-sig").split("\r\n")[:2]
    assert header == "username,email,id,date_joined,is_active,is_staff,char_limit,erase_requested_at"
    assert row.startswith(f"'=dora,'=dora@example.org,{dora.pk},")
    assert StaffAction.objects.get().action == "user.export"


def test_a_sheet_ends_at_a_bound_and_says_so_beforehand(
    office: Client, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.sheets.MOST_ROWS", 2)
    assert "at most 2 rows" in office.get("/admin/accounts/user/").content.decode()
    lines = b"".join(office.get("/admin/accounts/user/sheet/")).decode().split("\r\n")
    assert len(lines) == 1 + 2 + 1, "staff, Alice and Bob are three"
