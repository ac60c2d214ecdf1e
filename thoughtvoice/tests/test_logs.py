"""The log of a whole journey: every line an event in JSON, and nothing in it that is anybody's secret."""

import base64
import io
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import IntegrityError
from django.utils import timezone
from django_q.tasks import async_task

from accounts import activation
from accounts.models import User
from conftest import PASSWORD
from perform.models import Performance
from perform.tests.server import serving, working
from pool.capacity import accounts
from pool.models import Slot
from pool.reconciliation import reconcile
from thoughtvoice.double import Double, Script
from thoughtvoice.errors import DomainError
from thoughtvoice.logs import Formatter
from voices.tests.uploading import recording

KEY = "sk-the-key-of-the-provider"
EMAIL, NAME = "wanda.wizard@example.org", "wanda_the_wizard"
SECONDS = 40


@pytest.fixture
def log(running_double: Double, tmp_path: Path, transactional_db: None) -> Iterator[tuple[Path, int]]:
    running_double.reset()
    run = {
        "double_url": running_double.url,
        "folder": tmp_path,
        "LOG_LEVEL": "INFO",
        "ELEVENLABS_API_KEY": KEY,
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GEMINI_BASE_URL": running_double.url,
        "SAMPLE_MIN_SECONDS": "2",
        "SAMPLE_LEAST_SPEECH_SECONDS": "1",
    }
    with serving(**run) as port, working(**run):
        yield tmp_path, port


def until(happened: Any) -> None:
    over = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < over, "it did not happen"
        time.sleep(0.1)


class Journey:
    """All that somebody does, and what of it is nobody else's business."""

    def __init__(self, app: httpx.Client, double: Double) -> None:
        self.app = app
        self.double = double
        self.secrets = {KEY, EMAIL, NAME, PASSWORD, "Queen of Hearts", "leak-4711"}

    def register(self) -> None:
        [code] = activation.issue(count=1, batch="", now=timezone.now())
        account = {"username": NAME, "email": EMAIL, "password": PASSWORD, "activationCode": code}
        answer = self.app.post("/auth/register", json=account, headers={"X-Request-ID": "phone-registers"})
        assert answer.status_code == 201, answer.text
        self.app.post("/auth/register", json=account)
        self.app.post("/auth/login", json={"username": NAME, "password": "leak-4711"})
        tokens = answer.json()
        self.app.headers["Authorization"] = f"Bearer {tokens['access']}"
        renewed = self.app.post("/auth/refresh", json={"refresh": tokens["refresh"]}).json()
        self.secrets |= {code, tokens["access"], tokens["refresh"], renewed["refresh"]}

    def record(self) -> None:
        sound = recording()
        form = {"files": {"audio": ("leak-4711.flac", sound)}, "data": {"consent": "true"}}
        answer = self.app.post("/user/voice", headers={"X-Request-ID": "phone-records"}, **form)
        assert answer.status_code == 201, answer.text
        until(lambda: Slot.objects.filter(state=Slot.State.READY).exists())
        self.app.post("/user/voice", json={"audio_base64": "leak-4711", "consent": True})
        self.secrets |= {base64.b64encode(sound).decode()[:60]}

    def perform(self) -> None:
        queen = {"routine_type": "cards", "value": "Queen of Hearts", "topic": "leak-4711"}
        keyed = {"Idempotency-Key": "leak-4711-key", "X-Request-ID": "phone-performs"}
        assert self.app.post("/perform", json=queen, headers={"Accept": "audio/mpeg", **keyed}).content
        told = self.app.post("/perform", json=queen).json()
        for kind in ("503", "drop_mid_body", "html_502", "voice_not_found", "silent_audio", "error_200"):
            self.double.script.add("speak", kind, count=2)
            self.app.post("/perform", json=queen)
            self.app.post("/perform", json=queen)
        for kind in ("503", "json_garbage", "invalid_api_key"):
            self.double.script.add("write", kind, count=2)
            self.app.post("/perform", json=queen)
            self.app.post("/perform", json=queen)
        self.app.post("/perform", json={"routine_type": "leak-4711", "value": "leak-4711"})
        self.app.get("/nowhere/leak-4711", params={"token": "leak-4711"})
        self.app.get("/performances")
        self.secrets |= {told["audio_base64"][:60], *Performance.objects.values_list("text", flat=True)} - {
            ""
        }

    def administer(self) -> None:
        staff = User.objects.create_superuser("leak-4711-staff", "leak-4711@example.org", PASSWORD)
        # As the server hashes it: in this process a test's quick hash is used.
        User.objects.filter(pk=staff.pk).update(password=Argon2PasswordHasher().encode(PASSWORD, "salt" * 4))
        with httpx.Client(base_url=self.app.base_url, timeout=30) as browser:
            browser.get("/admin/login/")
            form = {"username": "leak-4711-staff", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            browser.post("/admin/login/", data={**form, "password": "leak-4711"})
            answer = browser.post("/admin/login/", data={**form, "password": PASSWORD})
            assert answer.status_code == 302, answer.text[:300]
            person = User.objects.get(username=NAME)
            assert browser.get(f"/admin/accounts/user/{person.pk}/change/").status_code == 200
            browser.get("/admin/accounts/user/", params={"q": EMAIL})
            assert browser.get("/admin/voice-pool/status").status_code == 200
            self.secrets |= set(browser.cookies.values())

    def work(self, folder: Path) -> None:
        async_task("pool.jobs.build", "leak-4711")
        async_task("thoughtvoice.jobs.run", "beat")
        self.secrets |= {voice.voice_id for voice in self.double.workspace.voices}
        until(lambda: b'"job": "beat"' in (folder / "worker.log").read_bytes())

    def leave(self) -> None:
        self.app.delete("/user/voice")
        self.secrets |= {voice.voice_id for voice in self.double.workspace.voices}
        named = {"X-Request-ID": "phone-leaves"}
        answer = self.app.request("DELETE", "/user/me", json={"password": PASSWORD}, headers=named)
        assert answer.status_code < 300, answer.text


def test_the_log_of_a_whole_journey_holds_no_secret(log: tuple[Path, int], running_double: Double) -> None:
    folder, port = log
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as app:
        journey = Journey(app, running_double)
        live(journey, folder)
    check(journey, folder)


def live(journey: Journey, folder: Path) -> None:
    journey.register()
    journey.record()
    journey.perform()
    journey.administer()
    journey.work(folder)
    journey.double.script = Script()
    reconcile(accounts()[0], repair=True, deadline=time.monotonic() + 10)
    journey.leave()
    until(lambda: b"phone-leaves" in (folder / "worker.log").read_bytes())


def check(journey: Journey, folder: Path) -> None:
    written = [(folder / name).read_text() for name in ("gunicorn.log", "worker.log")]
    for secret in sorted(journey.secrets):
        assert [line for text in written for line in text.splitlines() if secret in line] == []
    web, worker = ([json.loads(line) for line in text.splitlines()] for text in written)
    assert {line["event"] for line in web} >= {"request", "perform"}
    assert {line["event"] for line in worker} >= {"clone_create", "job"}
    owner = str(User.objects.get(username=NAME).pk) if User.objects.filter(username=NAME) else None
    built = [line for line in worker if line["request_id"] == "phone-records"]
    assert {line["event"] for line in built} >= {"clone_create", "voice_pool_acquire", "job"}
    assert {line["user_id"] for line in built} == {built[0]["user_id"]} != {""}
    assert owner in {None, built[0]["user_id"]}
    failed = [line for line in worker if line.get("outcome") == "failed"]
    assert [(line["job"], line["error"]) for line in failed] == [
        ("pool.jobs.build", "django.core.exceptions.ValidationError")
    ]


def test_a_line_says_when_in_utc() -> None:
    record = logging.makeLogRecord({"msg": "request", "created": 1_764_201_600.25})
    assert json.loads(Formatter().format(record))["time"] == "2025-11-27T00:00:00.250Z"


def formatted(error: Exception) -> dict[str, Any]:
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.setFormatter(Formatter())
    log = logging.Logger("a module")
    log.addHandler(handler)
    try:
        try:
            raise ValueError(EMAIL)
        except ValueError as cause:
            raise error from cause
    except Exception:
        log.exception("it_broke")
    return json.loads(sink.getvalue())


def test_an_error_says_where_it_arose_but_not_what_it_quotes() -> None:
    line = formatted(IntegrityError(f"Key (email)=({EMAIL}) already exists"))
    assert "wanda" not in line["exc_info"]
    assert "test_logs.py" in line["exc_info"]
    assert "IntegrityError\nfrom\n" in line["exc_info"]
    assert line["exc_info"].endswith("builtins.ValueError")


def test_a_refusal_of_ours_may_be_read() -> None:
    assert "DomainError: Ask again." in formatted(DomainError("Ask again."))["exc_info"]
