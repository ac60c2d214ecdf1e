import hashlib
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import later, limits, preferences
from accounts.tokens import SignedInRequest
from perform import packs
from perform.models import Pack
from perform.renderers import Zip
from perform.serializers import PackInput, PackOutput, ProgressOutput, overridden
from voices.ranges import RangedView, ranged


class Packs(APIView):
    throttle_classes = [limits.by_user("generate")]

    @extend_schema(request=PackInput, responses={202: ProgressOutput})
    def post(self, request: SignedInRequest) -> Response:
        """Have all values of a routine made in the background, within the month's characters."""
        given = PackInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = {key: value for key, value in given.validated_data.items() if key == "language"}
        language = overridden(preferences.of(request.user), wanted).iso
        pack = packs.order(
            request.user, given.validated_data["routine_type"], language=language, now=timezone.now()
        )
        later.soon(packs.MAKE, str(pack.pk))
        return Response(_described(pack), status=202)


class OnePack(APIView):
    @extend_schema(responses=ProgressOutput)
    def get(self, request: SignedInRequest, pack_id: Any) -> Response:
        """How far it is."""
        return Response(_described(_own(request, pack_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: SignedInRequest, pack_id: Any) -> Response:
        """Cancel it; what is made is paid and stays."""
        packs.cancel(_own(request, pack_id))
        return Response(status=204)


class Archive(RangedView):
    throttle_classes = [limits.by_user("archive")]
    renderer_classes = [Zip, JSONRenderer]

    @extend_schema(responses={(200, "application/zip"): bytes, (206, "application/zip"): bytes, 304: None})
    def get(self, request: SignedInRequest, pack_id: Any) -> HttpResponse:
        """All sounds and a manifest with their values, texts and digests."""
        data = packs.archive(_own(request, pack_id))
        return ranged(request, data, content_type="application/zip", etag=hashlib.sha256(data).hexdigest())


def _own(request: SignedInRequest, pack_id: Any) -> Pack:
    return get_object_or_404(Pack.objects.select_related("user"), pk=pack_id, user=request.user)


def _described(pack: Pack) -> dict[str, Any]:
    return {**PackOutput(pack).data, **vars(packs.progress(pack, now=timezone.now()))}
