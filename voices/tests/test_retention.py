from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from conftest import App
from voices import jobs, samples
from voices.models import Sample, Voice
from voices.tests.uploading import recording, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]


@pytest.fixture
def old_and_new(as_alice: App) -> tuple[Sample, Sample]:
    send(as_alice, recording())
    send(as_alice, recording("it_m_carlo_1"))
    old, new = Sample.objects.order_by("created_at")
    return old, new


def in_days(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def has_sound(sample: Sample) -> bool:
    return default_storage.exists(sample.paths[0])


def test_what_was_replaced_a_month_ago_is_deleted_and_its_figures_stay(old_and_new) -> None:
    old, new = old_and_new
    assert samples.clear_superseded(now=in_days(31)) == 1
    assert (has_sound(old), has_sound(new)) == (False, True)
    old.refresh_from_db()
    assert (old.audio.name, bytes(old.fingerprint), old.picture) == ("", b"", [])
    assert old.measurements["snr_db"] > 20


def test_within_the_month_it_stays(old_and_new) -> None:
    assert samples.clear_superseded(now=in_days(29)) == 0
    assert all(has_sound(sample) for sample in old_and_new)


def test_what_the_voice_is_made_from_stays_for_ever(old_and_new) -> None:
    samples.clear_superseded(now=in_days(3000))
    assert has_sound(old_and_new[1])


def test_a_recording_whose_upload_died_half_way_goes_in_time(old_and_new) -> None:
    old, orphan = old_and_new
    Voice.objects.update(sample=old)
    Sample.objects.filter(pk=orphan.pk).update(superseded_at=orphan.created_at)
    Sample.objects.filter(pk=old.pk).update(superseded_at=None)
    assert samples.clear_superseded(now=in_days(31)) == 1
    assert (has_sound(old), has_sound(orphan)) == (True, False)


def test_marks_that_were_never_made_are_made_up_for(old_and_new) -> None:
    old, new = old_and_new
    Sample.objects.filter(pk=old.pk).update(superseded_at=None)
    Sample.objects.filter(pk=new.pk).update(superseded_at=new.created_at)
    assert samples.clear_superseded(now=in_days(31)) == 0
    assert samples.clear_superseded(now=in_days(62)) == 1
    assert (has_sound(old), has_sound(new)) == (False, True)


def test_what_is_to_be_kept_for_no_time_goes_at_once(old_and_new, settings) -> None:
    settings.SAMPLE_RETENTION_DAYS = 0
    assert jobs.clear_superseded() == "1 recordings deleted"


def test_erasing_reaches_a_copy_left_by_a_rotation_that_died(as_alice: App, alice: User) -> None:
    send(as_alice, recording())
    sample = Sample.objects.get()
    sample.audio.storage.save(sample.paths[1], sample.audio)
    samples.erase(alice, now=timezone.now())
    assert [default_storage.exists(path) for path in sample.paths] == [False, False]
