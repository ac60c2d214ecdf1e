import pytest

from conftest import App
from voices.models import Sample
from voices.tests.uploading import recording, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_samples")]


def test_the_same_request_again_is_answered_alike_and_judged_once(as_alice: App) -> None:
    first = send(as_alice, recording(), key="a-key-of-the-phone")
    again = send(as_alice, recording(), key="a-key-of-the-phone")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Sample.objects.count() == 1


def test_a_key_belongs_to_one_recording(as_alice: App) -> None:
    send(as_alice, recording(), key="a-key-of-the-phone")
    other = send(as_alice, recording("it_m_carlo_1"), key="a-key-of-the-phone")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
