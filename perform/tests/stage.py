"""What the tests of a performance share: a voice on stage, presses of the button, and what came of them."""

import io
from typing import Any

import av
from django.utils import timezone

from accounts import quota
from accounts.models import User
from conftest import App
from pool.tests.factories import give_sample
from voices.models import Voice

QUEEN = {"routine_type": "cards", "value": "Queen of Hearts"}
MP3 = "audio/mpeg"


def give_voice(user: User) -> Voice:
    voice = Voice.objects.create(user=user, revision=1)
    give_sample(voice)
    return voice


def press(app: App, *, key: str = "", mp3: bool = False, path: str = "/perform", **wish: Any) -> Any:
    headers = {"accept": MP3} if mp3 else {}
    if key:
        headers["idempotency-key"] = key
    return app.post_json(path, {**QUEEN, **wish} if path == "/perform" else wish, **headers)


def charged(user: User) -> int:
    seen = quota.usage(user, now=timezone.now())
    assert seen.held == 0
    return seen.used


def seconds_of(mp3: bytes) -> float:
    with av.open(io.BytesIO(mp3), format="mp3") as container:
        return sum(frame.samples / frame.rate for frame in container.decode(audio=0))
