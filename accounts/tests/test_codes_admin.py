from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import activation
from accounts.models import ActivationCode, StaffAction, User
from accounts.tests.people import a_code
from accounts.tests.roles import office_of

pytestmark = pytest.mark.django_db

ADD = "/admin/accounts/activationcode/add/"
LIST = "/admin/accounts/activationcode/"


def issue(office: Client, count: Any, **more: str) -> Any:
    given = {
        "count": count,
        "batch": "tour",
        "note": "Oslo",
        "expires_at_0": "2030-01-01",
        "expires_at_1": "00:00:00",
    }
    return office.post(ADD, {**given, **more}, follow=True)


def test_codes_are_issued_in_batches(office: Client) -> None:
    issue(office, 3)
    rows = ActivationCode.objects.all()
    assert [(row.batch, row.note, row.expires_at.year, len(row.code)) for row in rows] == [
        ("tour", "Oslo", 2030, 11)
    ] * 3


def test_what_was_issued_is_listed_to_be_handed_out(office: Client) -> None:
    activation.issue(2, now=timezone.now(), batch="tour")
    page = issue(office, 3)
    assert page.redirect_chain
    issued = page.context["codes"]
    assert len(issued) == 3
    assert all(code.code in page.content.decode() for code in issued)
    assert office.get(page.redirect_chain[0][0]).status_code == 200, "it can be opened again"


def test_issuing_is_written_down_once_with_how_many(office: Client) -> None:
    issue(office, 3)
    written = StaffAction.objects.get()
    assert (written.action, written.reason) == ("activationcode.issue", "Oslo")
    assert written.details == {"count": 3, "batch": "tour"}


def test_the_codes_just_issued_come_as_a_sheet(office: Client) -> None:
    activation.issue(2, now=timezone.now(), batch="older")
    page = issue(office, 3)
    [link] = [part.split('"')[0] for part in page.content.decode().split('href="') if "/sheet/" in part]
    lines = b"".join(office.get(link.replace("&amp;", "&"))).decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("code,batch,note")
    assert sorted(line.split(",")[0] for line in lines[1:-1]) == [c.code for c in page.context["codes"]]


@pytest.mark.parametrize("count", ["0", "501", "", "many"])
def test_a_senseless_number_of_codes_is_refused(office: Client, count: str) -> None:
    assert issue(office, count).status_code == 200
    assert not ActivationCode.objects.exists()


def test_a_code_is_revoked_with_a_reason(office: Client) -> None:
    first, second = a_code(), a_code()
    office.post(f"{LIST}{ActivationCode.objects.get(code=first).pk}/revoke/", {"reason": "lost"})
    assert ActivationCode.objects.get(revoked_at=None).code == second
    assert StaffAction.objects.get().reason == "lost"


def test_the_unused_ones_of_a_batch_are_revoked(office: Client, alice: User) -> None:
    now = timezone.now()
    used, _ = activation.issue(2, now=now, batch="tour")
    activation.issue(1, now=now, batch="fair")
    activation.claim(used, user_id=alice.pk, now=now)
    given = {"batch": "tour", "reason": "the list leaked"}
    answer = office.post(f"{LIST}revoke_batch/", given, follow=True)
    assert "1 unused code revoked." in answer.content.decode()
    assert ActivationCode.objects.filter(revoked_at__isnull=False).count() == 1


def test_a_batch_that_there_is_not_is_a_message(office: Client) -> None:
    answer = office.post(f"{LIST}revoke_batch/", {"batch": "toru", "reason": "the list leaked"})
    assert "There is no batch of this name." in answer.content.decode()


def test_a_code_can_be_looked_at_and_noted_on(office: Client) -> None:
    row = ActivationCode.objects.get(code=a_code())
    answer = office.post(f"{LIST}{row.pk}/change/", {"batch": "", "note": "lost"})
    assert answer.status_code == 302
    assert ActivationCode.objects.get().note == "lost"


@pytest.mark.parametrize("term", ["{code}", "{start}", "tour", "tou", "alice", "{id}"])
def test_a_code_is_found_by_what_one_knows_of_it(office: Client, alice: User, term: str) -> None:
    [code] = activation.issue(1, now=timezone.now(), batch="tour")
    activation.claim(code, user_id=alice.pk, now=timezone.now())
    activation.issue(1, now=timezone.now(), batch="fair")
    row = ActivationCode.objects.get(code=code)
    found = office.get(LIST, {"q": term.format(code=code.lower(), start=code[:8], id=row.pk)})
    assert found.context["cl"].result_list == [row]


@pytest.mark.parametrize(
    ("condition", "notes"), [("free", ["a"]), ("used", ["b"]), ("expired", ["c"]), ("revoked", ["d"])]
)
def test_codes_are_told_apart_by_their_condition(
    office: Client, alice: User, condition: str, notes: list[str]
) -> None:
    now = timezone.now()
    activation.issue(1, now=now, note="a")
    [used] = activation.issue(1, now=now, note="b")
    activation.claim(used, user_id=alice.pk, now=now)
    activation.issue(1, now=now, note="c", expires_at=now)
    [revoked] = activation.issue(1, now=now, note="d")
    activation.revoke(ActivationCode.objects.filter(code=revoked), now=now)
    shown = office.get(LIST, {"condition": condition}).context["cl"].result_list
    assert [code.note for code in shown] == notes


@pytest.mark.parametrize(("role", "status"), [("support", 200), ("operator", 403), ("", 403)])
def test_only_some_issue_and_revoke(role: str, status: int) -> None:
    row = ActivationCode.objects.get(code=a_code())
    office = office_of(role)
    for path in (ADD, f"{LIST}{row.pk}/revoke/", f"{LIST}revoke_batch/"):
        assert office.get(path).status_code == status
    assert office.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_code_made_elsewhere_is_found_as_it_is_written(office: Client, alice: User) -> None:
    activation.take_over([ActivationCode(code="Spring-26")], now=timezone.now())
    activation.claim("Spring-26", user_id=alice.pk, now=timezone.now())
    for path in (LIST, "/admin/accounts/user/"):
        assert len(office.get(path, {"q": "Spring-26"}).context["cl"].result_list) == 1
