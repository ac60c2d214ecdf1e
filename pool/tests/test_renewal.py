"""A clone of an earlier recording is found and replaced, where the job that the upload queued was lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pool import jobs
from pool.admission import admit
from pool.models import Build, Slot
from pool.tests.factories import make_voice, soon
from pool.tests.test_admission import with_new_recording
from thoughtvoice.double import Double
from voices.models import Consent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def test_a_stale_clone_is_replaced() -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    with_new_recording(voice)
    assert jobs.renew() == "1 clones renewed"
    assert Slot.objects.get(voice=voice).revision == 2


def test_one_is_renewed_while_another_voice_is_being_made() -> None:
    voice, other = make_voice(), make_voice()
    slot = admit(voice, deadline=soon(), pin_seconds=0)
    with_new_recording(voice)
    Build.objects.create(
        account=slot.account, voice=other, user=other.user, first=True, started_at=timezone.now()
    )
    assert jobs.renew() == "1 clones renewed"


def test_a_clone_of_the_newest_recording_is_left_alone(double: Double) -> None:
    admit(make_voice(), deadline=soon(), pin_seconds=0)
    assert jobs.renew() == "0 clones renewed"
    assert double.workspace.creations == 1


def test_one_that_cannot_be_made_holds_up_no_other(double: Double) -> None:
    voices = [make_voice() for _ in range(2)]
    for voice in voices:
        admit(voice, deadline=soon(), pin_seconds=0)
        with_new_recording(voice)
    double.script.add("clone", "invalid_content")
    assert jobs.renew() == "1 clones renewed"


def test_one_that_could_not_be_made_is_tried_again_an_hour_later(double: Double) -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    with_new_recording(voice)
    double.script.add("clone", "invalid_content")
    assert [jobs.renew(), jobs.renew()] == ["0 clones renewed"] * 2
    assert Build.objects.count() == 2
    Build.objects.update(started_at=timezone.now() - timedelta(hours=1))
    assert jobs.renew() == "1 clones renewed"


def test_those_whose_consent_was_withdrawn_hold_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RENEWED_A_RUN", 1)
    voices = [make_voice() for _ in range(3)]
    for voice in voices:
        admit(voice, deadline=soon(), pin_seconds=0)
        with_new_recording(voice)
    last = Slot.objects.filter(state=Slot.State.READY).order_by("-number")[0].voice
    Consent.objects.exclude(user=last.user_id).update(withdrawn_at=timezone.now())
    assert jobs.renew() == "1 clones renewed"
    assert Slot.objects.get(voice=last).revision == 2


def test_a_clone_in_an_account_that_was_lost_is_not_renewed_there(settings, double: Double) -> None:
    voice = make_voice()
    admit(voice, deadline=soon(), pin_seconds=0)
    with_new_recording(voice)
    settings.PROVIDER_ACCOUNTS = {"second": ""}
    assert jobs.renew() == "0 clones renewed"
    assert Build.objects.count() == 1
