"""Two accounts of one person share a clone only where staff say so and the recording is the very same."""

import pytest
from django.utils import timezone

from pool import switches
from pool.admission import admit
from pool.models import Build, Link
from pool.tests.factories import make_voice, soon
from voices.cloning import ConsentWithdrawn
from voices.models import Consent, Sample, Voice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_double")]


def speakers(*voices: Voice) -> int:
    """How many clones speak for them."""
    return len({admit(voice, deadline=soon(), pin_seconds=0).remote_id for voice in voices})


def linked(voice: Voice, other: Voice) -> None:
    Link.objects.create(voice=voice, speaks_as=other, reason="told us at the counter")


def test_linked_accounts_with_the_same_recording_share_one_clone() -> None:
    one, other = make_voice(), make_voice()
    linked(other, one)
    switches.change(sharing=True)
    assert speakers(one, other) == 1
    assert Build.objects.count() == 1


def test_nobody_shares_unless_it_is_switched_on() -> None:
    one, other = make_voice(), make_voice()
    linked(other, one)
    assert speakers(one, other) == 2


def test_the_same_recording_alone_links_nobody() -> None:
    switches.change(sharing=True)
    assert speakers(make_voice(), make_voice()) == 2


def test_another_recording_ends_it() -> None:
    one, other = make_voice(), make_voice()
    linked(other, one)
    switches.change(sharing=True)
    Sample.objects.filter(pk=other.sample_id).update(sample_hash="1" * 64)
    assert speakers(one, Voice.objects.select_related("sample").get(pk=other.pk)) == 2


def test_who_has_taken_consent_back_lends_no_voice() -> None:
    one, other = make_voice(), make_voice()
    linked(other, one)
    switches.change(sharing=True)
    Consent.objects.filter(user=one.user).update(withdrawn_at=timezone.now())
    assert admit(other, deadline=soon(), pin_seconds=0).voice == other


def test_who_has_taken_consent_back_borrows_none() -> None:
    one, other = make_voice(), make_voice()
    linked(other, one)
    switches.change(sharing=True)
    admit(one, deadline=soon(), pin_seconds=0)
    Consent.objects.filter(user=other.user).update(withdrawn_at=timezone.now())
    with pytest.raises(ConsentWithdrawn):
        admit(other, deadline=soon(), pin_seconds=0)
