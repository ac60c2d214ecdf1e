"""While the queue cannot be reached, what is asked of us is done all the same, and the rest follows later."""

import logging

import pytest
from django_q.conf import Conf

from conftest import App
from voices.models import Sample
from voices.tests.uploading import recording, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_samples")]


@pytest.fixture(autouse=True)
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conf, "ORM", None)
    monkeypatch.setattr(Conf, "REDIS", "redis://127.0.0.1:1/0")


def test_a_recording_is_taken(as_alice: App, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert send(as_alice, recording()).status_code == 201
    assert as_alice.get("/user/voice").json()["has_sample"]
    errors = [line.message for line in caplog.records if line.levelname == "ERROR"]
    assert errors == ["queue_unreachable"]


def test_a_voice_is_erased(as_alice: App) -> None:
    send(as_alice, recording())
    assert as_alice.delete("/user/voice").status_code == 204
    assert not Sample.objects.exists()
