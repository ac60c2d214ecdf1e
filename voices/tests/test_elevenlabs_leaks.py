"""Nothing is left behind by calls that go wrong: no thread, no socket."""

import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from thoughtvoice.double import Double, Script, Settings
from voices.providers.base import Delivery, ProviderError
from voices.providers.elevenlabs import ElevenLabsProvider

KINDS = (
    "hang",
    "drop",
    "html_502",
    "error_200",
    "half_json",
    "json_list",
    "429",
    "500",
    "redirect",
    "drop_mid_body",
    "stall_mid_body",
    "drip",
    "empty_audio",
    "garbage_audio",
)
PATIENCE = 0.03


def open_files() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - the directory's own descriptor is in both counts


def calls(provider: ElevenLabsProvider, voice: str) -> list[Callable[[float], object]]:
    return [
        lambda deadline: provider.clone([b"fLaC"], name="tv", labels={}, deadline=deadline),
        lambda deadline: provider.delete(voice, deadline=deadline),
        lambda deadline: list(provider.list(deadline=deadline)),
        lambda deadline: provider.account(deadline=deadline),
        lambda deadline: list(
            provider.speak("Hello.", remote_id=None, delivery=Delivery(), deadline=deadline)
        ),
    ]


def test_nothing_is_left_behind() -> None:
    chance = random.Random(1000)
    with Double(Settings(voice_limit=9999, creations_limit=None)) as double:
        threads, files = threading.active_count(), open_files()
        double.script = Script(rate=1.0, seed=1000, kinds=KINDS)
        provider = ElevenLabsProvider(
            api_key="key", model="m", default_voice_ids="EXAVITQu4vr4xnSDxMaL", base_url=double.url
        )
        doings = calls(provider, "0123456789")
        with ThreadPoolExecutor(8) as pool:
            failed = sum(pool.map(fails, [chance.choice(doings) for _ in range(1000)]))
        provider.close()
        assert settles(lambda: threading.active_count() <= threads and open_files() <= files)
    assert failed > 600


def fails(doing: Callable[[float], object]) -> bool:
    try:
        doing(time.monotonic() + PATIENCE)
    except ProviderError:
        return True
    return False


def settles(condition: Callable[[], bool]) -> bool:
    """The server's threads need a moment to notice that we have left."""
    latest = time.monotonic() + 20
    while not (settled := condition()) and time.monotonic() < latest:
        time.sleep(0.01)
    return settled
