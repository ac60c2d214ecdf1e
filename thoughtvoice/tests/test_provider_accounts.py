"""Which accounts at the provider there are, from the keys in the environment."""

import os
import subprocess
import sys

import pytest

from thoughtvoice.settings import BASE_DIR

ASK = "from django.conf import settings; print(*settings.PROVIDER_ACCOUNTS)"


@pytest.mark.parametrize(
    ("keys", "accounts"),
    [
        ({}, ["default"]),
        ({"ELEVENLABS_API_KEY": "one"}, ["default"]),
        ({"ELEVENLABS_API_KEY": "one", "ELEVENLABS_API_KEY_SECOND": "two"}, ["default", "second"]),
        ({"ELEVENLABS_API_KEY": "", "ELEVENLABS_API_KEY_SECOND": "two"}, ["second"]),
    ],
    ids=["offline", "one", "two", "no robot beside real voices"],
)
def test_there_is_an_account_for_every_key(keys: dict[str, str], accounts: list[str]) -> None:
    others = {name: value for name, value in os.environ.items() if not name.startswith("ELEVENLABS_API_KEY")}
    env = {**others, "ELEVENLABS_API_KEY": "", **keys, "DJANGO_SETTINGS_MODULE": "thoughtvoice.settings"}
    asked = [sys.executable, "-c", ASK]
    told = subprocess.run(asked, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.split() == accounts
