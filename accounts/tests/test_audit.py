import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import audit
from accounts.models import StaffAction, User


@pytest.fixture
def request_of_staff(staff: User) -> HttpRequest:
    request = HttpRequest()
    request.user, request.request_id = staff, "request-0001"
    return request


def test_an_action_says_who_did_what_to_whom_and_why(request_of_staff: HttpRequest, alice: User) -> None:
    audit.record(request_of_staff, "user.top_up", alice, about=alice, reason="a gala", characters=500)
    written = StaffAction.objects.get()
    assert (written.staff.username, written.action, written.reason) == ("staff", "user.top_up", "a gala")
    assert (written.subject_kind, written.subject_id, written.about) == (
        "accounts.user",
        str(alice.pk),
        alice.pk,
    )
    assert (written.details, written.request_id) == ({"characters": 500}, "request-0001")


def test_nobody_changes_what_was_written(request_of_staff: HttpRequest) -> None:
    written = audit.record(request_of_staff, "pool.reconcile")
    for change in (
        written.save,
        written.delete,
        StaffAction.objects.all().delete,
        lambda: StaffAction.objects.update(reason="none"),
    ):
        with pytest.raises(PermissionDenied):
            change()
    assert StaffAction.objects.get().reason == ""


def test_it_outlives_the_member_of_staff(request_of_staff: HttpRequest, staff: User) -> None:
    audit.record(request_of_staff, "pool.reconcile")
    staff.delete()
    assert StaffAction.objects.get().staff is None


def test_nobody_is_not_staff(request_of_staff: HttpRequest) -> None:
    request_of_staff.user = AnonymousUser()
    with pytest.raises(AssertionError):
        audit.record(request_of_staff, "pool.reconcile")
