import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.listening import HEARD_FOR
from accounts.models import StaffAction, User
from accounts.tests.roles import office_of
from conftest import App
from voices import pictures
from voices.models import Sample, Voice
from voices.tests.uploading import recording, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]


@pytest.fixture
def sample(as_alice: App) -> Sample:
    send(as_alice, recording())
    return Sample.objects.get()


def page_of(sample: Sample, action: str = "change") -> str:
    return reverse(f"admin:voices_sample_{action}", args=[sample.pk])


def listen(client: Client, sample: Sample, reason: str = "ticket 12") -> Any:
    return client.post(page_of(sample, "listen"), {"reason": reason}, follow=True)


@pytest.mark.parametrize("page", ["sample", "voice", "consent"])
@pytest.mark.parametrize("term", ["", "alice", "nobody", str(uuid.UUID(int=1))])
def test_the_lists_can_be_seen_and_searched(page: str, term: str, office: Client, sample: Sample) -> None:
    shown = office.get(reverse(f"admin:voices_{page}_changelist"), {"q": term} if term else {})
    assert len(shown.context["cl"].result_list) == (term in {"", "alice"})


def test_a_recording_is_heard_and_that_is_written_down(office: Client, sample: Sample, alice: User) -> None:
    sound = page_of(sample, "sound")
    assert f'src="{sound}"' in listen(office, sample).content.decode()
    heard = office.get(sound)
    assert (heard.status_code, heard.content[:4]) == (200, b"fLaC")
    assert "no-store" in heard.headers["Cache-Control"]
    written = StaffAction.objects.get()
    assert (written.action, written.reason, written.about) == ("sample.listen", "ticket 12", alice.pk)
    assert (written.subject_kind, written.subject_id) == ("voices.sample", str(sample.pk))


def test_a_player_asks_for_parts(office: Client, sample: Sample) -> None:
    listen(office, sample)
    part = office.get(page_of(sample, "sound"), headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"fLaC")
    beyond = office.get(page_of(sample, "sound"), headers={"range": "bytes=99999999-"})
    assert (beyond.status_code, beyond.headers["Content-Range"][:8]) == (416, "bytes */")


def test_nothing_is_heard_without_a_reason(office: Client, sample: Sample) -> None:
    listen(office, sample, reason="")
    page = office.get(page_of(sample))
    assert page_of(sample, "listen") in page.content.decode()
    assert page_of(sample, "sound") not in page.content.decode()
    assert office.get(page_of(sample, "sound")).status_code == 404
    assert not StaffAction.objects.exists()


def test_a_reason_holds_for_ten_minutes_one_recording_and_one_person(
    office: Client, sample: Sample, as_bob: App
) -> None:
    listen(office, sample)
    send(as_bob, recording())
    other = Sample.objects.exclude(pk=sample.pk).get()
    assert office.get(page_of(other, "sound")).status_code == 404
    assert office_of("support").get(page_of(sample, "sound")).status_code == 404
    with time_machine.travel(timezone.now() + HEARD_FOR + timedelta(seconds=1)):
        assert office.get(page_of(sample, "sound")).status_code in {302, 404}


@pytest.mark.parametrize(("role", "status"), [("support", 200), ("operator", 403), ("", 403)])
def test_only_some_may_listen(sample: Sample, role: str, status: int) -> None:
    office = office_of(role)
    assert listen(office, sample).status_code == status
    assert office.get(page_of(sample, "sound")).status_code == (200 if status == 200 else 404)
    assert StaffAction.objects.count() == (status == 200)
    offered = page_of(sample, "listen") in office.get(page_of(sample)).content.decode()
    assert offered == (status == 200)


def test_a_performer_hears_nothing_there(as_bob: App, bob: User, sample: Sample) -> None:
    client = Client()
    client.force_login(bob)
    assert client.get(page_of(sample, "sound")).status_code == 302


def test_the_page_of_a_recording_says_what_was_measured_and_why(office: Client, sample: Sample) -> None:
    Sample.objects.filter(pk=sample.pk).update(
        problems=[{"code": "too_noisy", "severity": "warn", "figures": {"value": 17.0, "good": 20.0}}]
    )
    shown = office.get(page_of(sample)).context
    assert len(shown["waveform"]) == 200
    assert {str(title): figure for title, figure in shown["figures"]}["Speech"].endswith(" s")
    assert shown["problems"][0]["message"].startswith("Move closer to the microphone")
    office.post("/i18n/setlang/", {"language": "es"})
    assert office.get(page_of(sample)).context["problems"][0]["message"].startswith("Acércate")


def test_a_waveform_stands_in_the_middle() -> None:
    loud, soft = pictures.waveform([100, 0])
    assert (loud.x, loud.y, loud.height) == (0, 0, 100)
    assert (soft.x, soft.y, soft.height) == (4, 49, 2)


def test_quality_is_drawn_from_the_oldest_to_the_newest(alice: User) -> None:
    now = timezone.now()
    samples = [
        Sample(user=alice, score=score, created_at=now - timedelta(days=age))
        for score, age in ((90, 0), (40, 9))
    ]
    points = pictures.quality([*samples, Sample(user=alice, score=None)])
    assert [(point.x, point.y) for point in points] == [(20, 70), (580, 20)]
    assert pictures.line(points) == "20,70 580,20"


def test_a_recording_deleted_there_leaves_the_disk(office: Client, sample: Sample) -> None:
    assert office.post(page_of(sample, "remove"), {"reason": "a letter"}).status_code == 302
    assert not default_storage.exists(sample.paths[0])
    assert Voice.objects.get().sample is None
    assert StaffAction.objects.get().reason == "a letter"


@pytest.mark.parametrize(("answer", "allowed"), [("no", False), ("yes", True), ("", True)])
def test_staff_decide_whether_a_voice_may_be_cloned(
    office: Client, sample: Sample, as_alice: App, answer: str, allowed: bool
) -> None:
    voice = Voice.objects.get()
    url = reverse("admin:voices_voice_switch_cloning", args=[voice.pk])
    assert office.post(url, {"cloning": answer, "reason": "complaint"}).status_code == 302
    assert as_alice.get("/user/voice").json()["cloning_allowed"] is allowed
    assert Voice.objects.get().revision == 1
    assert StaffAction.objects.get().details == {"cloning": answer}


def test_the_page_of_a_performer_shows_the_voice_in_as_many_questions_for_three_recordings(
    office: Client, sample: Sample, alice: User
) -> None:
    def look() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            page = office.get(f"/admin/accounts/user/{alice.pk}/change/")
        [voice] = [panel for panel in page.context["panels"] if "samples" in panel]
        return len(asked), len(voice["samples"])

    look()  # which content types there are is asked once
    first, shown = look()
    assert shown == 1
    for score in (50, 60):
        Sample.objects.create(user=alice, score=score, verdict=Sample.Verdict.REJECTED)
    assert look() == (first, 3)
