from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import later, preferences
from accounts.exactly_once import exactly_once
from accounts.limits import by_user
from accounts.permissions import OwnAddress
from accounts.tokens import SignedInRequest
from voices import agreement, cloning, samples, uploads
from voices.models import Voice
from voices.providers.base import Language
from voices.ranges import RangedView, ranged
from voices.renderers import Flac
from voices.serializers import (
    AgreementOutput,
    Base64Input,
    FilesInput,
    UploadedOutput,
    UploadInput,
    VoiceOutput,
    described,
    verdict,
)

BUILD = "pool.jobs.build"
DISCARD = "pool.jobs.discard"
FORGET_SPOKEN = "perform.jobs.forget_spoken"
"""By name: the pool knows voices, not the other way round."""

UploadLimit = by_user("upload")


class MyVoice(APIView):
    permission_classes = [OwnAddress]
    parser_classes = [uploads.Multipart, uploads.Json]

    def get_throttles(self) -> list[BaseThrottle]:
        return [UploadLimit()] if self.request.method == "POST" else []

    @extend_schema(responses=VoiceOutput)
    def get(self, request: SignedInRequest, **_: Any) -> Response:
        """Whether there is a voice to speak with, how good it is, and how far it is made."""
        language = preferences.of(request.user).iso
        return Response(VoiceOutput(described(_voice_of(request), language=language)).data)

    @extend_schema(
        request={"multipart/form-data": FilesInput, "application/json": Base64Input},
        responses={200: UploadedOutput, 201: UploadedOutput},
    )
    @exactly_once("upload")
    def post(self, request: SignedInRequest, **_: Any) -> Response:
        """Judge recordings and begin the clone of the best. 200 if the voice is made from them already."""
        given = UploadInput(data=request.data)
        given.is_valid(raise_exception=True)
        language = preferences.of(request.user).iso
        accepted = samples.accept(
            request.user,
            given.recordings(),
            consent=given.validated_data["consent"],
            language=language,
            now=timezone.now(),
        )
        voice = _voice_of(request)
        if queued := cloning.in_advance(voice):
            later.soon(BUILD, str(accepted.voice.pk))
        answer = {
            "same_recording": accepted.same_recording,
            "sample": accepted.voice.sample,
            "verdict": verdict(accepted, language=language),
            "voice": described(voice, language=language, queued=queued),
        }
        told = UploadedOutput(answer, context={"language": language}).data
        return Response(told, status=200 if accepted.same_recording else 201)

    @extend_schema(responses={204: None})
    def delete(self, request: SignedInRequest, **_: Any) -> Response:
        """Withdraw the consent; erase recordings and measurements now, and the clone in a moment."""
        samples.erase(request.user, now=timezone.now())
        if voice := _voice_of(request):
            later.soon(DISCARD, str(voice.pk))
        later.soon(FORGET_SPOKEN, str(request.user.pk))
        return Response(status=204)


class Agreement(APIView):
    """What a speaker is to agree to before they record, in their language, and what they may record."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]

    @extend_schema(responses=AgreementOutput)
    def get(self, request: Request) -> Response:
        language: Language = "es" if get_language() == "es" else "en"
        text = agreement.TEXTS[agreement.VERSION][language]
        told = {
            "version": agreement.VERSION,
            "language": language,
            "text": text,
            "recording": uploads.bounds(),
        }
        return Response(told)


class Source(RangedView):
    permission_classes = [OwnAddress]
    renderer_classes = [Flac, JSONRenderer]

    @extend_schema(responses={(200, "audio/flac"): bytes, (206, "audio/flac"): bytes, 304: None})
    def get(self, request: SignedInRequest, **_: Any) -> HttpResponse:
        """My recording, as it was cleaned."""
        voice = _voice_of(request)
        if voice is None or voice.sample is None:
            raise NotFound("You have not recorded your voice yet.")
        sound = cloning.sound(voice.sample)
        return ranged(request, sound, content_type="audio/flac", etag=voice.sample.sample_hash)


def _voice_of(request: SignedInRequest) -> Voice | None:
    return Voice.objects.select_related("sample", "user").filter(user=request.user).first()
