"""A performance as an HTTP answer: as JSON with the sound in it, or as the sound itself."""

import base64
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import quota
from perform.models import Performance
from perform.performances import Live
from perform.serializers import PerformOutput

MEDIA_TYPE = "audio/mpeg"
STEPS = ("reserve", "writer", "voice", "speech", "first_audio")
REPLAYED = {"Idempotency-Replayed": "true"}

Answer = Response | HttpResponse | StreamingHttpResponse


def live(request: Request, live: Live) -> Answer:
    """Streamed while it is made for who asks for mp3."""
    if request.accepted_renderer.format != "mp3":
        sound = live.whole()
        return Response(_told(live.performance, sound), headers=_facts(live.performance))
    answer = StreamingHttpResponse(live.stream(), content_type=MEDIA_TYPE, headers=_facts(live.performance))
    # Proxies that buffer would hold the sound back until the whole of it is there.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def replayed(request: Request, performance: Performance) -> Answer:
    """What was performed before, at no cost."""
    with performance.audio.open("rb") as file:
        sound = file.read()
    headers = {**_facts(performance), **REPLAYED}
    if request.accepted_renderer.format == "mp3":
        return HttpResponse(sound, content_type=MEDIA_TYPE, headers=headers)
    return Response(_told(performance, sound), headers=headers)


def _facts(performance: Performance) -> dict[str, str]:
    timings = ", ".join(f"{n};dur={performance.timings[n]}" for n in STEPS if n in performance.timings)
    return {
        "X-Performance-ID": str(performance.pk),
        "X-Voice-Source": performance.voice_source,
        "X-Text-Source": performance.text_source,
        "Content-Language": performance.language,
        "Server-Timing": timings,
        "Cache-Control": "private, no-store",
    }


def _told(performance: Performance, sound: bytes) -> dict[str, Any]:
    usage = quota.usage(performance.user, now=timezone.now())
    return PerformOutput(
        {
            "performance_id": performance.pk,
            "routine_type": performance.routine,
            "text": performance.text,
            "text_source": performance.text_source,
            "voiceSource": performance.voice_source,
            "charCount": usage.used,
            "monthlyLimit": usage.limit,
            "charsUsedRaw": performance.characters,
            "charsUsedEffective": performance.characters * performance.factor,
            "seconds": performance.seconds,
            "mime_type": MEDIA_TYPE,
            "filename": f"{performance.pk}.mp3",
            "audio_base64": base64.b64encode(sound).decode(),
        }
    ).data
