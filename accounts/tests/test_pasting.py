"""Staff paste activation codes from a sheet: they see what would be taken, then take it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import activation, pasting
from accounts.models import ActivationCode, StaffAction, User
from accounts.tests.roles import office_of

pytestmark = pytest.mark.django_db

PASTE = "/admin/accounts/activationcode/paste/"
TAB = "ABCDEF1\ttour\tOslo, spring\t2090-01-31\r\nABCDEF2\ttour\r\n"


def look(office: Client, lines: str, **more: str) -> Any:
    return office.post(PASTE, {"lines": lines, **more})


def take(office: Client, lines: str, reason: str = "the printer's list") -> Any:
    """Both presses."""
    seen = look(office, lines).context["form"].digest
    return office.post(PASTE, {"lines": lines, "reason": reason, "seen": seen}, follow=True)


def judged(text: str) -> list[pasting.Line]:
    return pasting.judged(pasting.rows(text))


def kept() -> list[tuple[str, str, str]]:
    return list(ActivationCode.objects.order_by("code").values_list("code", "batch", "note"))


def test_looking_through_takes_nothing_and_shows_every_line(office: Client) -> None:
    page = look(office, f"{TAB}AB 1\n")
    assert [(line.number, bool(line.problem)) for line in page.context["form"].found] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    assert [line.number for line in page.context["form"].refused_first] == [3, 1, 2]
    for shown in ("Oslo, spring", "Jan. 31, 2090", "2 of 3 can be taken", "Take 2 codes", "letters, digits"):
        assert shown in page.content.decode()
    assert not page.context["form"].errors.get("reason"), "it is asked for with the second press"
    assert not ActivationCode.objects.exists()
    assert not StaffAction.objects.exists()


def test_what_was_shown_is_taken_with_a_reason(office: Client) -> None:
    answer = take(office, f"{TAB}AB 1\n")
    assert "2 codes taken." in answer.content.decode()
    assert kept() == [("ABCDEF1", "tour", "Oslo, spring"), ("ABCDEF2", "tour", "")]
    first, second = ActivationCode.objects.order_by("code")
    assert (first.expires_at.isoformat(), second.expires_at) == ("2090-01-31T00:00:00+00:00", None)
    written = StaffAction.objects.get()
    assert (written.action, written.reason) == ("activationcode.import", "the printer's list")
    assert written.details == {"count": 2, "refused": 1, "batches": "tour"}


def test_a_code_that_was_taken_lets_its_holder_in(office: Client, alice: User) -> None:
    take(office, TAB)
    activation.claim("ABCDEF1", user_id=alice.pk, now=timezone.now())
    assert ActivationCode.objects.get(code="ABCDEF1").used_by == alice


def test_lines_that_were_not_shown_are_not_taken(office: Client) -> None:
    seen = look(office, TAB).context["form"].digest
    page = look(office, f"{TAB}ABCDEF3\n", seen=seen, reason="the printer's list")
    assert "Nothing is taken yet." in page.content.decode()
    activation.take_over([ActivationCode(code="ABCDEF1")], now=timezone.now())
    page = look(office, TAB, seen=seen, reason="the printer's list")
    assert "1 of 2 can be taken" in page.content.decode(), "somebody else had one of them meanwhile"
    assert ActivationCode.objects.count() == 1


def test_without_a_reason_nothing_is_taken(office: Client) -> None:
    page = look(office, TAB, seen=look(office, TAB).context["form"].digest, reason=" ")
    assert page.context["form"].errors["reason"]
    assert not ActivationCode.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "ABCDEF1\ttour\tOslo\t2090-01-31",
        "ABCDEF1,tour,Oslo,2090-01-31 00:00",
        "ABCDEF1;tour;Oslo;2090-01-31T00:00:00Z",
        "Code,Batch,Note,Expires\r\nABCDEF1,tour,Oslo,2090-01-31\r\n",
        'expires_at,used_at,note,code,batch\n01/31/2090,,Oslo,"ABCDEF1",tour,,\n',
        "código;lote;nota;caduca\n\nABCDEF1;tour;Oslo;2090-01-31\n",
    ],
)
def test_a_sheet_comes_in_many_shapes(text: str) -> None:
    [line] = judged(text)
    assert line.problem == ""
    row = line.instance
    assert (row.code, row.batch, row.note) == ("ABCDEF1", "tour", "Oslo")
    assert row.expires_at.isoformat() == "2090-01-31T00:00:00+00:00"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (",tour", "required"),
        ("ABC", "Too short"),
        ("ABCDE F", "letters, digits"),
        ("=1+1+1+1", "letters, digits"),
        ("<b>ABCDEF", "letters, digits"),
        ("A" * 65, "at most 64"),
        (f"ABCDEF1,{'b' * 101}", "at most 100"),
        (f"ABCDEF1,,{'n' * 201}", "at most 200"),
        ("ABCDEF1,,,soon", "valid date"),
        ("ABCDEF1,,,2020-01-01", "in the past"),
        ("ABCDEF1,,,9999-12-31T23:59:59-14:00", "hundred years"),
        ("ABCDEF1,,,0001-01-01T00:00:00+14:00", "in the past"),
        ("ABCDEF1,,Oslo, Norway,2090-01-31", "More cells"),
        ('"ABCDEF1', ""),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(line: str, told: str) -> None:
    [read] = judged(line)
    assert told in read.problem
    assert bool(read.problem) == bool(told)


def test_a_code_that_exists_or_comes_twice_is_taken_once(office: Client) -> None:
    activation.take_over([ActivationCode(code="ABCDEF1", note="old")], now=timezone.now())
    take(office, "ABCDEF1,,new\nABCDEF2,,first\nABCDEF2,,second\n")
    assert kept() == [("ABCDEF1", "", "old"), ("ABCDEF2", "", "first")]


def test_of_two_lines_with_the_same_code_the_second_is_shown_as_refused() -> None:
    first, second = judged("ABCDEF2,,first\nABCDEF2,,second\n")
    assert (first.problem, "further up" in second.problem) == ("", True)


def test_what_looks_like_a_formula_is_a_text(office: Client) -> None:
    take(office, 'ABCDEF1,tour,"=HYPERLINK(""http://evil.example"")"\n')
    assert kept() == [("ABCDEF1", "tour", '=HYPERLINK("http://evil.example")')]
    sheet = b"".join(office.get("/admin/accounts/activationcode/sheet/")).decode("utf-8-sig")
    assert "'=HYPERLINK" in sheet


@pytest.mark.parametrize("column", ["used_at", "revoked_at"])
def test_what_lets_nobody_in_where_it_comes_from_lets_nobody_in_here(column: str) -> None:
    first, second = judged(f"code,{column}\nABCDEF1,2026-01-01 00:00:00+00:00\nABCDEF2,\n")
    assert (first.problem, second.problem) == ("It was used or revoked where it comes from.", "")


@pytest.mark.parametrize("more", [{}, {"reason": "the printer's list", "seen": "0"}])
def test_a_header_alone_is_no_sheet(office: Client, more: dict[str, str]) -> None:
    page = look(office, "code,batch\n", **more)
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["lines"])
    assert not StaffAction.objects.exists()


@pytest.mark.parametrize(
    "lines", ["", " \r\n\t\n", "ABCDEF1\0", "code,batch\n" + "X\n" * 501, "\n" * 100_001, "A" * 100_001]
)
def test_nothing_and_too_much_are_refused_unread(office: Client, lines: str) -> None:
    page = look(office, lines)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["lines"]


def test_as_many_questions_for_three_lines_as_for_one(office: Client, django_assert_num_queries: Any) -> None:
    for many in (1, 3):
        with django_assert_num_queries(1):
            judged("".join(f"ABCDEF{number}\n" for number in range(many)))


@pytest.mark.parametrize(("role", "status"), [("support", 200), ("operator", 403), ("", 403)])
def test_who_issues_codes_pastes_them(role: str, status: int) -> None:
    client = office_of(role)
    assert client.get(PASTE).status_code == status
    assert look(client, TAB).status_code == status
    if role:
        listed = client.get("/admin/accounts/activationcode/").content.decode()
        assert (PASTE in listed) == (status == 200)
