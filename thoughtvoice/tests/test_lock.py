"""What images install is what is tested: deploy/requirements.lock holds the same pins, with digests."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
ELSEWHERE = {"colorama", "httpx2-jsfetch", "tzdata"}
"""In a browser and on Windows; images are neither."""


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in PIN.findall(text)}


def test_the_lock_holds_every_direct_need() -> None:
    assert pins("requirements.txt").items() <= pins("deploy/requirements.lock").items()


def test_the_lock_holds_nothing_that_is_not_tested() -> None:
    known = pins("constraints.txt") | pins("requirements.txt")
    locked = {
        name: version for name, version in pins("deploy/requirements.lock").items() if name not in ELSEWHERE
    }
    assert locked.items() <= known.items()


def test_each_of_them_has_a_digest() -> None:
    lock = (ROOT / "deploy/requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins("deploy/requirements.lock"))
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []
