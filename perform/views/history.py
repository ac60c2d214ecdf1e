from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.tokens import SignedInRequest
from perform import export, history
from perform.models import Performance
from perform.renderers import Mp3, Zip
from perform.serializers import PerformanceOutput
from voices.ranges import RangedView, ranged


class Performances(ListAPIView):
    """The newest first; `next` leads to the older ones."""

    serializer_class = PerformanceOutput
    request: SignedInRequest

    def get_queryset(self) -> QuerySet[Performance]:
        return history.of(self.request.user)


class OnePerformance(APIView):
    @extend_schema(responses=PerformanceOutput)
    def get(self, request: SignedInRequest, performance_id: Any) -> Response:
        """What was said, in whose voice, and what it cost."""
        performance = _own(request, performance_id)
        told = PerformanceOutput(performance).data
        return Response(told, headers={"Content-Language": performance.language})

    @extend_schema(responses={204: None})
    def delete(self, request: SignedInRequest, performance_id: Any) -> Response:
        """Sound, text and value go; what it cost stays."""
        history.delete(_own(request, performance_id))
        return Response(status=204)


class Audio(RangedView):
    renderer_classes = [Mp3, JSONRenderer]

    @extend_schema(responses={(200, "audio/mpeg"): bytes, (206, "audio/mpeg"): bytes, 304: None})
    def get(self, request: SignedInRequest, performance_id: Any) -> HttpResponse:
        """The sound again, for as long as it is kept."""
        performance = _own(request, performance_id)
        if performance.state != Performance.State.DONE or not performance.audio:
            raise NotFound("This performance has no sound.")
        with performance.audio.open("rb") as file:
            # A sound never changes under its id, so that the id can stand for it.
            answer = ranged(request, file.read(), content_type="audio/mpeg", etag=performance.pk.hex)
        answer.headers["Content-Language"] = performance.language
        return answer


class Export(APIView):
    throttle_classes = [limits.by_user("export")]
    renderer_classes = [Zip, JSONRenderer]

    @extend_schema(responses={(200, "application/zip"): bytes})
    def get(self, request: SignedInRequest) -> FileResponse:
        """Everything we keep of the caller, as one archive."""
        return FileResponse(
            export.archive(request.user),
            as_attachment=True,
            filename="thoughtvoice.zip",
            content_type="application/zip",
        )


def _own(request: SignedInRequest, performance_id: Any) -> Performance:
    return get_object_or_404(Performance, pk=performance_id, user=request.user)
