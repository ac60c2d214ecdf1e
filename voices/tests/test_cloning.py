import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from conftest import App
from pool import jobs, switches
from thoughtvoice.tests.queue import queued
from voices import cloning, samples
from voices.models import Consent, Sample, Voice
from voices.providers import get_provider
from voices.tests.uploading import recording, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]


@pytest.fixture
def voice(as_alice: App, alice: User) -> Voice:
    send(as_alice, recording())
    return Voice.objects.select_related("sample").get(user=alice)


def test_the_clone_is_made_from_the_cleaned_recording(voice: Voice) -> None:
    [sound] = cloning.recordings(voice)
    assert sound.startswith(b"fLaC")
    assert len(sound) == voice.sample.bytes_len


def test_without_a_consent_there_is_no_clone(voice: Voice) -> None:
    Consent.objects.update(withdrawn_at=timezone.now())
    with pytest.raises(cloning.ConsentWithdrawn):
        jobs.build(str(voice.pk))
    assert list(get_provider().list(deadline=float("inf"))) == []


def test_without_a_recording_there_is_no_clone(voice: Voice, alice: User) -> None:
    samples.erase(alice, now=timezone.now())
    with pytest.raises(cloning.NoSample):
        cloning.recordings(Voice.objects.get(pk=voice.pk))
    assert jobs.build(str(voice.pk)) == "nothing to build"


def test_a_recording_that_is_lost_takes_no_place_in_the_pool(voice: Voice) -> None:
    default_storage.delete(voice.sample.audio.name)
    with pytest.raises(cloning.RecordingLost):
        jobs.build(str(voice.pk))
    assert not hasattr(Voice.objects.get(), "slot")


@pytest.mark.parametrize(
    ("everybody", "this_voice", "allowed"),
    [(True, None, True), (False, None, False), (False, True, True), (True, False, False)],
)
def test_what_is_said_of_a_voice_goes_before_what_is_said_of_all(
    everybody: bool, this_voice: bool | None, allowed: bool
) -> None:
    switches.change(cloning=everybody)
    assert cloning.allowed(Voice(cloning=this_voice)) == allowed


def test_where_cloning_is_off_a_recording_is_kept_and_nothing_is_begun(as_alice: App) -> None:
    switches.change(cloning=False)
    voice = send(as_alice, recording()).json()["voice"]
    assert (voice["cloning_allowed"], voice["building"], voice["progress"]) == (False, False, "waiting")
    assert queued() == []
    with pytest.raises(cloning.CloningOff):
        jobs.build(str(Voice.objects.get().pk))


def test_where_the_pool_is_off_a_recording_is_kept_and_nothing_is_begun(as_alice: App) -> None:
    switches.change(enabled=False)
    voice = send(as_alice, recording()).json()["voice"]
    assert (voice["cloning_allowed"], voice["building"], voice["progress"]) == (True, False, "waiting")
    assert queued() == []


def test_the_environment_says_what_cloning_begins_with(settings) -> None:
    settings.CLONING_ENABLED = False
    assert not cloning.allowed(None)


def test_only_recordings_of_the_present_upload_are_used(as_alice: App, voice: Voice) -> None:
    send(as_alice, recording("it_m_carlo_1"), recording("es_f_allison_1"))
    voice = Voice.objects.select_related("sample").get()
    assert len(cloning.recordings(voice)) == 2
    assert Sample.objects.exclude(audio="").count() == 3
