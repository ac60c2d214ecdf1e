import base64
import hashlib
import re

import pytest

from accounts.models import User
from conftest import PASSWORD, App

ORIGIN = "https://app.example.org"


def policy(answer) -> dict[str, list[str]]:
    directives = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", ["/health", "/user/me", "/nowhere", "/docs", "/schema", "/admin/login/"])
def test_every_answer_says_what_browsers_may_do(as_stranger: App, db: None, path: str) -> None:
    answer = as_stranger.get(path)
    assert policy(answer)["default-src"] == ["'none'"]
    assert policy(answer)["frame-ancestors"] == ["'none'"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "microphone=(self)" in answer["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/user/me", "/user/devices", "/performances", "/nowhere"])
def test_what_is_told_to_somebody_is_kept_by_no_cache(as_alice: App, path: str) -> None:
    assert as_alice.get(path)["Cache-Control"] == "no-store"


def test_tokens_are_kept_by_no_cache(as_stranger: App, alice: User) -> None:
    answer = as_stranger.post_json("/auth/login", {"username": "alice", "password": PASSWORD})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")


def test_a_body_refused_unread_has_them_too(as_stranger: App, settings) -> None:
    settings.MAX_BODY_BYTES = 10
    answer = as_stranger.post_json("/auth/login", {"username": "somebody"})
    assert answer.status_code == 413
    assert policy(answer)["default-src"] == ["'none'"]


def test_no_page_but_the_back_offices_relaxes_scripts_or_styles(as_stranger: App, db: None) -> None:
    assert policy(as_stranger.get("/docs"))["script-src"] == ["'self'"]
    assert "'unsafe-inline'" not in as_stranger.get("/docs")["Content-Security-Policy"]
    assert policy(as_stranger.get("/admin/login/"))["script-src"] == ["'self'", "'unsafe-eval'"]


@pytest.mark.parametrize(
    "path",
    ["/docs", "/admin/login/", "/admin/", "/admin/accounts/user/", "/admin/accounts/user/add/"],
)
def test_what_stands_in_a_page_is_what_its_policy_lets_run(admin_client, path: str) -> None:
    answer = admin_client.get(path, follow=True)
    page = answer.content.decode()
    assert re.findall(r"<script(?![^>]*src=)(?![^>]*json)", page) == []
    assert re.findall(r"<[^>]+ on[a-z]+=", page) == []
    allowed = policy(answer)["style-src"]
    for style in re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert {"'unsafe-inline'", f"'sha256-{digest}'"} & set(allowed)


def test_pages_of_other_origins_may_call_nothing(as_stranger: App) -> None:
    assert "Access-Control-Allow-Origin" not in as_stranger.get("/health", headers={"Origin": ORIGIN})


def test_pages_of_a_named_origin_may_call_the_api_and_read_what_it_says(as_stranger: App, settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization,content-type,idempotency-key"
    answer = as_stranger.options("/perform", headers=asked)
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert "idempotency-key" in answer["Access-Control-Allow-Headers"]
    refused = as_stranger.get("/user/me", headers={"Origin": ORIGIN})
    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (401, ORIGIN)
    assert "X-Request-ID" in refused["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in refused


def test_not_even_they_may_call_the_back_office(as_stranger: App, settings, db: None) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    answer = as_stranger.get("/admin/voice-pool/status", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in answer
