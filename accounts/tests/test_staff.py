"""What every page of the back office does: it writes down what was done, and asks before it does it."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import StaffAction, User
from accounts.tests.roles import office_of

pytestmark = pytest.mark.django_db


def written() -> list[tuple[str, str, dict[str, object]]]:
    return [(a.staff.username, a.action, a.details) for a in StaffAction.objects.order_by("created_at")]


def test_additions_changes_and_deletions_are_written_down(office: Client) -> None:
    office.post("/admin/auth/group/add/", {"name": "interns"})
    group = Group.objects.get(name="interns")
    office.post(f"/admin/auth/group/{group.pk}/change/", {"name": "apprentices"})
    office.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    assert written() == [
        ("staff", "group.add", {}),
        ("staff", "group.change", {"fields": ["Name"]}),
        ("staff", "group.delete", {}),
    ]
    assert {a.subject_id for a in StaffAction.objects.all()} == {str(group.pk)}


def test_a_deletion_of_several_is_written_down_for_each(office: Client) -> None:
    chosen = [str(Group.objects.create(name=name).pk) for name in ("a", "b")]
    given = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    office.post("/admin/auth/group/", given)
    assert [action for _, action, _ in written()] == ["group.delete", "group.delete"]


@pytest.fixture
def action(staff: User, alice: User) -> StaffAction:
    fields = {"action": "user.top_up", "about": alice.pk, "reason": "a gala", "request_id": "request-0001"}
    return StaffAction.objects.create(staff=staff, details={"characters": 500}, **fields)


@pytest.mark.parametrize(
    "term", ["alice", "alic", "alice@example.org", "staff", "request-0001", "user.top_up", "id"]
)
def test_what_staff_did_is_found(office: Client, action: StaffAction, term: str) -> None:
    StaffAction.objects.create(action="pool.reconcile")
    found = office.get("/admin/accounts/staffaction/", {"q": str(action.about) if term == "id" else term})
    assert list(found.context["cl"].result_list) == [action]


def test_what_staff_did_is_told_apart_by_what_it_was(office: Client, action: StaffAction) -> None:
    StaffAction.objects.create(action="pool.reconcile")
    with CaptureQueriesContext(connection) as asked:
        page = office.get("/admin/accounts/staffaction/", {"action": "user.top_up"})
    assert list(page.context["cl"].result_list) == [action]
    assert "?action=pool.reconcile" in page.content.decode()
    assert not [query["sql"] for query in asked if "DISTINCT" in query["sql"] or "$group" in query["sql"]]


def test_nobody_adds_changes_or_deletes_what_staff_did(office: Client, action: StaffAction) -> None:
    page = f"/admin/accounts/staffaction/{action.pk}/change/"
    assert office.get(page).status_code == 200
    for path in (page, "/admin/accounts/staffaction/add/", page.replace("change", "delete")):
        assert office.post(path, {"post": "yes", "reason": "none"}).status_code == 403
    given = {"action": "delete_selected", "_selected_action": [str(action.pk)], "post": "yes"}
    office.post("/admin/accounts/staffaction/", given)
    assert StaffAction.objects.get().reason == "a gala"


def test_the_language_is_switched(office: Client) -> None:
    office.post("/i18n/setlang/", {"language": "es", "next": "/admin/"})
    assert '<html lang="es"' in office.get("/admin/").content.decode()


def test_who_is_in_no_role_reads_nothing_of_it(action: StaffAction) -> None:
    assert office_of("").get("/admin/accounts/staffaction/").status_code == 403


def test_the_list_asks_as_much_for_three_as_for_one(office: Client, staff: User) -> None:
    for number in (1, 2, 3):
        StaffAction.objects.create(staff=staff, action="user.top_up", about=staff.pk)
        if number == 2:
            continue
        with CaptureQueriesContext(connection) as asked:
            office.get("/admin/accounts/staffaction/")
        assert len(asked) == 4
