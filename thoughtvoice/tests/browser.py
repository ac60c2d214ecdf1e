"""A real browser on the pages, for tests marked `browser` (`make test-browser`).

`visit("/admin/", staff=True, size="phone", scheme="dark")` opens a page of pytest-django's live_server; its
context closes at the end of the test, which fails if the page logged an error or broke its content security
policy. `look(page, "name")` keeps a picture in var/looks/. The microphone plays a real recording.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import av
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from accounts.models import User

Size = Literal["desktop", "phone"]
Scheme = Literal["light", "dark"]

SIZES: dict[str, Any] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
LOOKS = [(size, scheme) for size in SIZES for scheme in ("light", "dark")]
"""For `parametrize("size, scheme", LOOKS)`."""
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
RECORDING = settings.BASE_DIR / "voices" / "recordings" / "en_f_allison_1.flac"
PATIENCE_MS = 20_000

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "There is no browser here: run `make test-browser`, which looks for one and installs it."
    sound = tmp_path_factory.mktemp("microphone") / "allison.wav"
    as_wav(RECORDING, sound)
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={sound}"]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, and Django would take every query for one made by
        # a coroutine. None is: the loop runs only inside Playwright's own calls, which make no queries.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server: Any, db: None) -> Iterator[Visit]:
    """Opens pages; `forgive` is an expression for errors on the console that the test means to cause."""
    opened: list[tuple[BrowserContext, list[str], str]] = []

    def visit(
        path: str = "/",
        *,
        size: Size = "desktop",
        scheme: Scheme = "light",
        language: str = "en",
        staff: bool = False,
        forgive: str = "",
        **options: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            color_scheme=scheme,
            locale=language,
            reduced_motion="reduce",
            **{**SIZES[size], **options},
        )
        context.set_default_timeout(PATIENCE_MS)
        faults: list[str] = []
        opened.append((context, faults, forgive))
        listen(context, faults)
        if staff:
            sign_in(context, live_server.url)
        page = context.new_page()
        page.goto(path)
        return page

    yield visit
    for context, faults, forgive in opened:
        context.close()
        assert [fault for fault in faults if not (forgive and re.search(forgive, fault))] == []


@pytest.fixture
def look() -> Callable[..., Path]:
    """Keeps a picture of the whole page, or of what is in the window."""

    def look(page: Page, name: str, *, whole: bool = True) -> Path:
        path: Path = settings.VAR_DIR / "looks" / f"{name}.png"
        page.screenshot(path=path, full_page=whole, animations="disabled")
        return path

    return look


def listen(context: BrowserContext, faults: list[str]) -> None:
    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            faults.append(f"{message.text} ({message.location['url']})")

    context.on("console", heard)
    context.on("weberror", lambda error: faults.append(str(error.error)))


def sign_in(context: BrowserContext, url: str) -> None:
    """As a superuser named “staff”, without the form."""
    staff = User.objects.filter(username="staff").first()
    client = Client()
    client.force_login(staff or User.objects.create_superuser("staff", "staff@example.org", "a password"))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])


def as_wav(recording: Path, target: Path) -> None:
    """What Chromium's pretended microphone can play."""
    with av.open(str(recording)) as source, av.open(str(target), "w") as sink:
        stream = sink.add_stream("pcm_s16le", rate=48_000, layout="mono")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        for frame in (*source.decode(audio=0), None):
            for part in resampler.resample(frame):
                sink.mux(stream.encode(part))
        sink.mux(stream.encode(None))
