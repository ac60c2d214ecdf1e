import time
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import exactly_once, limits, preferences
from accounts.idempotency import Answer
from accounts.models import Attempt
from accounts.tokens import SignedInRequest
from perform import answers, performances, routines, thoughts
from perform.models import Background, Performance, Routine
from perform.performances import WRITING, Wish
from perform.renderers import Mp3
from perform.serializers import (
    AudioInput,
    BackgroundOutput,
    PerformInput,
    PerformOutput,
    RoutineOutput,
    ThoughtInput,
    ThoughtOutput,
    described,
    overridden,
)

SPOKEN: Any = {(200, "application/json"): PerformOutput, (200, "audio/mpeg"): bytes}


class Routines(APIView):
    @extend_schema(responses=RoutineOutput(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """What can be performed, in the caller's language."""
        language = preferences.of(request.user).iso
        return Response([described(routine, language) for routine in Routine.objects.filter(enabled=True)])


class Backgrounds(APIView):
    @extend_schema(responses=BackgroundOutput(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """Sounds that may lie under the speech, in the caller's language; the first is the default."""
        told = {"language": preferences.of(request.user).iso}
        return Response(
            BackgroundOutput(Background.objects.filter(enabled=True), many=True, context=told).data
        )


class Perform(APIView):
    renderer_classes = [JSONRenderer, Mp3]
    throttle_classes = [limits.by_user("perform")]

    @extend_schema(request=PerformInput, responses=SPOKEN)
    def post(self, request: SignedInRequest) -> answers.Answer:
        """Write a thought that holds the value and speak it.

        Streamed mp3 for `Accept: audio/mpeg`, else JSON with the sound in it. With an `Idempotency-Key` a
        repetition plays the same sound and costs nothing.
        """
        given = PerformInput(data=request.data)
        given.is_valid(raise_exception=True)
        return _performed(request, given.wish(preferences.of(request.user)), endpoint="perform")


class GenerateAudio(APIView):
    renderer_classes = [JSONRenderer, Mp3]
    throttle_classes = [limits.by_user("perform")]

    @extend_schema(request=AudioInput, responses=SPOKEN)
    def post(self, request: SignedInRequest) -> answers.Answer:
        """Speak a text in the caller's own voice or the generic one; its characters are charged."""
        given = AudioInput(data=request.data)
        given.is_valid(raise_exception=True)
        return _performed(request, given.wish(preferences.of(request.user)), endpoint="generate-audio")


class GenerateThought(APIView):
    throttle_classes = [limits.by_user("generate")]

    @extend_schema(request=ThoughtInput, responses=ThoughtOutput)
    def post(self, request: SignedInRequest) -> Response:
        """Write a thought and say nothing: free, because only spoken characters are counted."""
        given = ThoughtInput(data=request.data)
        given.is_valid(raise_exception=True)
        wish: dict[str, Any] = given.validated_data
        language = overridden(preferences.of(request.user), wish.get("settings_override")).iso
        routine = routines.find(wish["routine_type"])
        value = routines.tidy(routine, wish["value"])
        brief = thoughts.brief(routine, value, topic=wish["topic"], language=language)
        text, source = thoughts.compose(
            brief, deadline=time.monotonic() + WRITING * settings.PERFORM_DEADLINE_SECONDS
        )
        told = ThoughtOutput({"routine_type": routine.key, "text": text, "text_source": source}).data
        return Response(told, headers={"Content-Language": language})


def _performed(request: SignedInRequest, wish: Wish, *, endpoint: str) -> answers.Answer:
    claimed = exactly_once.claim(request, endpoint)
    if isinstance(claimed, Answer):
        return answers.replayed(request, _kept(request, claimed.reference))
    if claimed and (done := _finished_by_the_dead(claimed)):
        return answers.replayed(request, done)
    return answers.live(
        request,
        performances.perform(
            request.user, wish, now=timezone.now(), attempt=claimed, request_id=request.request_id
        ),
    )


def _finished_by_the_dead(attempt: Attempt) -> Performance | None:
    taken_over = attempt.claimed_at != attempt.created_at
    return performances.made_for(attempt) if taken_over else None


def _kept(request: SignedInRequest, reference: str) -> Performance:
    performance = Performance.objects.filter(pk=reference, user=request.user).first()
    if performance is None or not performance.audio:
        raise NotFound("This performance was deleted.")
    return performance
