import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import StaffAction, User
from accounts.tests.roles import office_of
from conftest import App
from perform.models import Background, Performance, Routine
from perform.tests.stage import charged, press

LIST = "/admin/perform/performance/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def performed(as_alice: App) -> Performance:
    press(as_alice)
    return Performance.objects.get()


@pytest.fixture
def failed(alice: User) -> Performance:
    return Performance.objects.create(
        user=alice,
        state=Performance.State.FAILED,
        failure="provider_unavailable",
        routine="cards",
        value="Queen of Hearts",
        language="es",
    )


def page_of(performance: Performance, action: str = "change") -> str:
    return reverse(f"admin:perform_performance_{action}", args=[performance.pk])


def shown(office: Client, **asked: str) -> list[Performance]:
    rows: list[Performance] = office.get(LIST, asked).context["cl"].result_list
    return rows


def test_a_performance_keeps_the_request_that_asked_for_it(as_alice: App, office: Client) -> None:
    answer = as_alice.post_json("/perform", {"routine_type": "cards", "value": "Queen of Hearts"})
    request_id = answer.headers["X-Request-ID"]
    [found] = shown(office, q=request_id)
    assert found.request_id == request_id


def test_so_does_one_that_failed(as_alice: App, office: Client) -> None:
    wish = {"routine_type": "cards", "value": "Queen of Hearts", "voice": "own"}
    answer = as_alice.post_json("/perform", wish)
    assert answer.status_code == 409
    [found] = shown(office, q=answer.headers["X-Request-ID"])
    assert (found.state, found.failure) == ("failed", "voice_required")


@pytest.mark.parametrize("term", ["{id}", "{hex}", "alice", "alice@ex", "{user}", "req-1"])
def test_a_performance_is_found_by_what_support_has_at_hand(
    office: Client, failed: Performance, bob: User, term: str
) -> None:
    Performance.objects.filter(pk=failed.pk).update(request_id="req-1")
    Performance.objects.create(user=bob, language="en", request_id="req-2")
    asked = term.format(id=failed.pk, hex=failed.pk.hex, user=failed.user_id)
    assert shown(office, q=asked) == [failed]


@pytest.mark.parametrize("term", ["req-", str(uuid.UUID(int=1)), "nobody"])
def test_what_is_no_performance_finds_none(office: Client, failed: Performance, term: str) -> None:
    assert shown(office, q=term) == []


def test_old_ones_are_shown_to_who_asks(office: Client, failed: Performance) -> None:
    Performance.objects.filter(pk=failed.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert shown(office) == []
    assert shown(office, within="ever") == [failed]
    assert shown(office, q="alice") == [failed]
    assert shown(office, user__id__exact=str(failed.user_id)) == [failed]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"happened": "failed"}, 1),
        ({"happened": "running"}, 0),
        ({"happened": "other_voice"}, 1),
        ({"happened": "charged"}, 1),
        ({"happened": "template"}, 0),
        ({"cause": "provider_unavailable"}, 1),
        ({"cause": "slots_busy"}, 0),
        ({"routine": "cards"}, 2),
        ({"kind__exact": "pack"}, 0),
        ({"within": "1h"}, 2),
    ],
)
def test_performances_are_narrowed_by_what_happened(
    office: Client, performed: Performance, failed: Performance, asked: dict[str, str], count: int
) -> None:
    Performance.objects.filter(pk=performed.pk).update(text_source="gemini")
    assert len(shown(office, **asked)) == count


def test_the_list_asks_as_much_for_three_as_for_one(
    office: Client, failed: Performance, make_user: Any
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(shown(office)) in {1, 3}
        return len(asked)

    assert questions() == 5
    for name in ("dora", "eve"):
        Performance.objects.create(user=make_user(name), language="en")
    assert questions() == 5


def test_the_page_shows_where_the_time_went_and_what_it_cost(office: Client, performed: Performance) -> None:
    page = office.get(page_of(performed))
    assert [bar.step for bar in page.context["bars"]] == ["reserve", "writer", "voice", "speech", "rest"]
    assert performed.text in page.content.decode()
    assert page.context["credits"] == performed.characters * performed.factor


def test_the_page_of_a_failed_one_says_why(office: Client, failed: Performance) -> None:
    page = office.get(page_of(failed)).content.decode()
    assert "The voice service did not answer" in page


def test_a_performance_is_heard_and_that_is_written_down(
    office: Client, performed: Performance, alice: User
) -> None:
    sound = page_of(performed, "sound")
    assert office.get(sound).status_code == 404
    page = office.post(page_of(performed, "listen"), {"reason": "ticket 12"}, follow=True)
    assert f'src="{sound}"' in page.content.decode()
    assert office.get(sound).content[:3] == b"ID3"
    written = StaffAction.objects.get()
    assert (written.action, written.about, written.reason) == ("performance.listen", alice.pk, "ticket 12")


def test_a_failed_one_is_performed_again_and_charged_like_any_other(
    office: Client, failed: Performance, alice: User
) -> None:
    office.post(page_of(failed, "retry"), {"reason": "the show goes on"})
    again = Performance.objects.exclude(pk=failed.pk).get()
    assert (again.user, again.state, again.value, again.language) == (alice, "done", "Queen of Hearts", "es")
    assert charged(alice) == again.characters > 0
    written = StaffAction.objects.get()
    assert (written.action, written.reason) == ("performance.retry", "the show goes on")
    assert again.request_id == written.request_id != ""
    assert Performance.objects.get(pk=failed.pk).state == "failed"


def test_a_second_failure_is_told_and_costs_nothing(
    office: Client, failed: Performance, alice: User, settings: Any
) -> None:
    settings.CHAR_LIMIT = settings.CHAR_HARD_LIMIT = 10
    answer = office.post(page_of(failed, "retry"), {"reason": "the show goes on"}, follow=True)
    assert "wait until the month ends" in answer.content.decode()
    assert charged(alice) == 0


def test_only_what_failed_and_is_still_known_is_performed_again(
    office: Client, performed: Performance, failed: Performance
) -> None:
    Performance.objects.filter(pk=failed.pk).update(value="")
    for performance in (performed, failed):
        assert page_of(performance, "retry") not in office.get(page_of(performance)).content.decode()
        office.post(page_of(performance, "retry"), {"reason": "again, please"})
    assert Performance.objects.count() == 2


@pytest.mark.parametrize(
    ("role", "action", "status"),
    [
        ("support", "listen", 200),
        ("support", "retry", 200),
        ("support", "remove", 403),
        ("operator", "listen", 403),
        ("operator", "retry", 200),
        ("admin", "remove", 200),
        ("", "retry", 403),
    ],
)
def test_what_a_role_lacks_is_not_offered_and_refused(
    failed: Performance, role: str, action: str, status: int
) -> None:
    office = office_of(role)
    assert office.get(page_of(failed, action)).status_code == status
    assert (page_of(failed, action) in office.get(page_of(failed)).content.decode()) == (status == 200)
    if status == 403:
        assert office.post(page_of(failed, action), {"reason": "I would like to"}).status_code == 403
        assert not StaffAction.objects.exists()


def test_a_deleted_performance_leaves_the_disk(office: Client, performed: Performance) -> None:
    office.post(page_of(performed, "remove"), {"reason": "a letter"})
    assert not Performance.objects.exists()
    assert not performed.audio.storage.exists(performed.audio.name)


def test_the_list_comes_as_a_sheet_without_words(office: Client, performed: Performance) -> None:
    answer = b"".join(office.get(f"{LIST}sheet/")).decode("utf-8-sig")
    assert "alice" in answer
    assert "Queen" not in answer
    assert performed.text not in answer


def test_every_background_is_heard(office: Client) -> None:
    sound = Background.objects.first()
    assert sound is not None
    page = office.get(f"/admin/perform/background/{sound.pk}/change/").content.decode()
    path = reverse("admin:perform_background_sound", args=[sound.pk])
    assert f'src="{path}"' in page
    assert office.get(path).content[:4] == b"RIFF"
    assert office_of("").get(path).status_code == 404


def test_routines_can_be_read(office: Client) -> None:
    routine = Routine.objects.get(key="cards")
    assert office.get("/admin/perform/routine/").status_code == 200
    assert office.get(f"/admin/perform/routine/{routine.pk}/change/").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "led"),
    [("", LIST), ("{page}", LIST), ("{page}?shown=all", LIST), ("/admin/find/", "/admin/find/")],
)
def test_what_was_deleted_leads_to_a_page_that_there_is(
    office: Client, failed: Performance, wanted: str, led: str
) -> None:
    given = {"reason": "a letter", "next": wanted.format(page=page_of(failed))}
    assert office.post(page_of(failed, "remove"), given).headers["Location"] == led


def test_what_was_not_deleted_leads_back_to_its_page(office: Client, performed: Performance) -> None:
    heard = office.post(page_of(performed, "listen"), {"reason": "ticket 12"})
    assert heard.headers["Location"] == page_of(performed)
