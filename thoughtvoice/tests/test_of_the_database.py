import pytest

from accounts.models import User
from thoughtvoice.tests.of_the_database import uses_it


def test_what_needs_no_database_is_left_out(request: pytest.FixtureRequest) -> None:
    assert not uses_it(request.node)


@pytest.mark.django_db
def test_what_is_marked_stays(request: pytest.FixtureRequest) -> None:
    assert uses_it(request.node)


def test_who_needs_a_person_stays(request: pytest.FixtureRequest, alice: User) -> None:
    assert uses_it(request.node)
