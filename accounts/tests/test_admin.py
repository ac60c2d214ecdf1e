import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import preferences, quota
from accounts.models import Device, StaffAction, TopUp, User
from accounts.tests.people import a_code
from accounts.tests.roles import office_of
from conftest import App

NEW = "eleven quiet rivers"


def page_of(user: User, action: str = "change") -> str:
    if action == "change":
        return f"/admin/accounts/user/{user.pk}/change/"
    return f"/admin/accounts/user/{user.pk}/{action}/"


def user_form(office: Client, user: User, **changes: object) -> dict[str, object]:
    """The change form as a browser would send it back."""
    page = office.get(page_of(user))
    sent: dict[str, object] = {}
    admin_form = page.context["adminform"].form
    forms = [admin_form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False and value != []:
                sent[bound.html_name] = value
    return {**sent, **changes}


def done(action: str) -> tuple[str, str, dict[str, Any]]:
    written = StaffAction.objects.get(action=action)
    return (User.objects.get(pk=written.about).username, written.reason, written.details)


def test_a_password_set_by_staff_ends_all_devices(office: Client, as_alice: App, alice: User) -> None:
    given = {"usable_password": "true", "password1": NEW, "password2": NEW}
    answer = office.post(page_of(alice, "password"), given)
    assert answer.status_code == 302, answer.context["form"].errors
    assert User.objects.get(pk=alice.pk).check_password(NEW)
    assert as_alice.get("/user/me").status_code == 401


def test_a_top_up_is_kept_with_reason_and_author(office: Client, staff: User, alice: User) -> None:
    answer = office.post(page_of(alice, "top_up"), {"characters": 500, "reason": "a gala"}, follow=True)
    assert "500 characters given; 4500 are left this month." in answer.content.decode()
    granted = TopUp.objects.get()
    assert (granted.user, granted.characters, granted.reason, granted.author) == (alice, 500, "a gala", staff)
    assert quota.usage(alice, now=timezone.now()).limit == 4500
    assert done("user.top_up") == ("alice", "a gala", {"characters": "500"})


@pytest.mark.parametrize(
    "given",
    [
        {"characters": 500, "reason": ""},
        {"characters": 0, "reason": "a gala"},
        {"characters": "", "reason": "a gala"},
        {"characters": 100_001, "reason": "a gala"},
    ],
)
def test_a_senseless_top_up_is_refused(office: Client, alice: User, given: dict[str, Any]) -> None:
    assert office.post(page_of(alice, "top_up"), given).status_code == 200
    assert not TopUp.objects.exists()
    assert not StaffAction.objects.exists()


def test_all_phones_of_somebody_are_signed_out(
    office: Client, as_alice: App, as_bob: App, alice: User
) -> None:
    office.post(page_of(alice, "end_devices"), {"reason": "a phone was stolen"})
    assert [app.get("/user/me").status_code for app in (as_alice, as_bob)] == [401, 200]
    assert done("user.end_devices") == ("alice", "a phone was stolen", {})


def test_one_phone_is_signed_out(office: Client, as_alice: App, alice: User) -> None:
    device = Device.objects.get(user=alice)
    office.post(f"/admin/accounts/device/{device.pk}/end/", {"reason": "lost"})
    assert as_alice.get("/user/me").status_code == 401
    assert done("device.end") == ("alice", "lost", {})


def test_somebody_is_erased_like_one_who_asked(office: Client, alice: User) -> None:
    assert office.post(page_of(alice, "delete"), {"post": "yes"}).status_code == 403
    office.post(page_of(alice, "erase"), {"reason": "a letter of hers"})
    alice.refresh_from_db()
    assert alice.erase_requested_at is not None
    assert not alice.is_active
    assert done("user.erase") == ("alice", "a letter of hers", {})


def test_a_name_that_looks_like_anothers_is_refused_with_a_message(
    office: Client, alice: User, bob: User
) -> None:
    given = user_form(office, bob, username="ＡＬＩＣＥ")
    answer = office.post(page_of(bob), given)
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {"username"}


def test_the_list_of_users_shows_usage_in_as_many_questions_for_three_as_for_one(
    office: Client, alice: User, make_user: Any
) -> None:
    def look() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            page = office.get("/admin/accounts/user/")
        return len(asked), page.content.decode().count("4321")

    quota.settle(quota.reserve(alice, 4321, now=timezone.now()), 4321)
    assert look() == (4, 1)
    for name in ("dora", "eve"):
        quota.settle(quota.reserve(make_user(name), 4321, now=timezone.now()), 4321)
    assert look() == (4, 3)


def test_the_page_of_somebody_says_what_is_left_and_who_gave_it(office: Client, alice: User) -> None:
    quota.settle(quota.reserve(alice, 1000, now=timezone.now()), 1000)
    office.post(page_of(alice, "top_up"), {"characters": 1000, "reason": "a gala"})
    [allowance] = [panel for panel in office.get(page_of(alice)).context["panels"] if "usage" in panel]
    assert (allowance["usage"].used, allowance["usage"].limit, allowance["used_share"]) == (1000, 5000, 20)
    assert [given.reason for given in allowance["top_ups"]] == ["a gala"]


def test_the_page_of_somebody_asks_as_much_for_three_of_a_kind_as_for_one(
    office: Client, alice: User
) -> None:
    def belongings() -> None:
        App(alice)
        quota.reserve(alice, 10, now=timezone.now())
        office.post(page_of(alice, "top_up"), {"characters": 10, "reason": "a gala"})

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert office.get(page_of(alice)).status_code == 200
        return len(asked)

    belongings()
    office.get(page_of(alice))  # asks once which content types there are, and shows what is to be told
    assert questions() == 16
    belongings()
    belongings()
    office.get(page_of(alice))
    assert questions() == 16


@pytest.mark.parametrize("model", ["user", "activationcode", "device", "charge"])
def test_every_list_can_be_searched_and_opened(
    office: Client, as_alice: App, alice: User, model: str
) -> None:
    a_code()
    quota.reserve(alice, 10, now=timezone.now())
    assert office.get(f"/admin/accounts/{model}/").status_code == 200
    for term in ("alice", "nobody", str(alice.pk), str(uuid.uuid4())):
        assert office.get(f"/admin/accounts/{model}/", {"q": term}).status_code == 200


def test_people_who_are_not_staff_are_kept_out(alice: User) -> None:
    client = Client()
    client.force_login(alice)
    assert client.get("/admin/accounts/user/").status_code == 302


@pytest.mark.parametrize(
    ("role", "action", "status"),
    [
        ("support", "top_up", 200),
        ("support", "end_devices", 200),
        ("support", "erase", 403),
        ("operator", "top_up", 403),
        ("operator", "end_devices", 403),
        ("admin", "erase", 200),
        ("", "top_up", 403),
    ],
)
def test_what_a_role_lacks_is_not_offered_and_refused(
    alice: User, role: str, action: str, status: int
) -> None:
    office = office_of(role)
    assert office.get(page_of(alice, action)).status_code == status
    offered = page_of(alice, action) in office.get(page_of(alice)).content.decode()
    assert offered == (status == 200)
    if status == 403:
        answer = office.post(page_of(alice, action), {"reason": "I would like to", "characters": 9})
        assert answer.status_code == 403
        assert not StaffAction.objects.exists()


def test_settings_are_seen_beside_the_user(office: Client, alice: User) -> None:
    preferences.write(preferences.of(alice), {"language": "spanish"})
    page = office.get(page_of(alice)).content.decode()
    assert '<option value="spanish" selected' in page
