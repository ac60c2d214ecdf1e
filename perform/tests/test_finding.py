from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import activation
from accounts.models import Device, StaffAction, User
from accounts.tests.roles import office_of
from conftest import App
from perform.models import Performance
from voices.models import Sample, Voice

pytestmark = pytest.mark.django_db


def find(office: Client, term: str) -> Any:
    return office.get("/admin/find/", {"q": term})


@pytest.fixture
def performance(alice: User) -> Performance:
    return Performance.objects.create(user=alice, language="en", request_id="req-4711")


def test_one_thing_is_opened_at_once(office: Client, performance: Performance) -> None:
    page = f"/admin/perform/performance/{performance.pk}/change/"
    for term in ("req-4711", f" {performance.pk} "):
        assert find(office, term).headers["Location"] == page


def test_a_performer_is_opened_by_name_address_id_and_code(office: Client, alice: User, bob: User) -> None:
    page = f"/admin/accounts/user/{alice.pk}/change/"
    for term in ("alic", "ALICE@example.org", str(alice.pk)):
        assert find(office, term).headers["Location"] == page


def test_a_code_leads_to_itself_and_to_who_used_it(office: Client, alice: User) -> None:
    [code] = activation.issue(1, now=timezone.now())
    activation.claim(code, user_id=alice.pk, now=timezone.now())
    found = find(office, code.lower()).context["found"]
    assert [one.title for one in found] == ["alice", code]


def test_recordings_voices_and_devices_are_found_by_their_ids(
    office: Client, as_alice: App, alice: User
) -> None:
    sample = Sample.objects.create(user=alice)
    voice = Voice.objects.create(user=alice)
    for row in (sample, voice, Device.objects.get()):
        assert str(row.pk) in find(office, str(row.pk)).headers["Location"]


def test_what_staff_did_is_found_by_the_request(office: Client, alice: User) -> None:
    done = StaffAction.objects.create(action="user.top_up", request_id="req-4712")
    assert str(done.pk) in find(office, "req-4712").headers["Location"]


def test_nothing_is_said_where_nothing_is_found(office: Client, alice: User) -> None:
    assert find(office, "").context["found"] == []
    assert "Nothing is called “zoe”" in find(office, "zoe").content.decode()


def test_nobody_finds_what_they_may_not_see(performance: Performance, alice: User) -> None:
    assert find(office_of(""), "req-4711").context["found"] == []
    client = Client()
    client.force_login(alice)
    assert find(client, "req-4711").status_code == 302
    assert "/admin/login/" in find(client, "req-4711").headers["Location"]


def test_the_box_in_the_menu_finds_the_same(office: Client, performance: Performance) -> None:
    found = office.get("/admin/search/", {"s": "REQ-4711", "extended": "1"}).content.decode()
    assert f"/admin/perform/performance/{performance.pk}/change/" in found
