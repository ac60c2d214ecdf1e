"""What setting SECRET_KEY makes of a checkout, read in a process of its own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

READ = "import json; from thoughtvoice import settings as s; print(json.dumps({n: getattr(s, n, None) for n in %r}))"
COOKIES = ["SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"]
SHOWN = {
    "DEBUG": False,
    "REFERENCE_CLIENT": False,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
}


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    names = [*SHOWN, *(f"{cookie}_{part}" for cookie in COOKIES for part in ("NAME", "SECURE"))]
    keys = {
        name: f"{name} of a test: " + "x" * 40 for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "SAMPLE_KEYS")
    }
    env = {"PATH": os.environ["PATH"], "ALLOWED_HOSTS": "voice.example.org", **keys}
    command = [sys.executable, "-c", READ % names]
    told = subprocess.run(  # noqa: S603 - our own words
        command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    return json.loads(told.stdout)


@pytest.mark.parametrize("cookie", COOKIES)
def test_cookies_are_this_hosts_alone_and_out_of_reach_of_scripts(
    production: dict[str, Any], cookie: str
) -> None:
    assert production[f"{cookie}_NAME"].startswith("__Host-")
    assert production[f"{cookie}_SECURE"]
    assert getattr(settings, f"{cookie}_HTTPONLY")
    assert (getattr(settings, f"{cookie}_SAMESITE"), getattr(settings, f"{cookie}_PATH")) == ("Lax", "/")
    assert getattr(settings, f"{cookie}_DOMAIN") is None


def test_nothing_is_shown_that_is_for_developers(production: dict[str, Any]) -> None:
    assert {name: production[name] for name in SHOWN} == SHOWN
