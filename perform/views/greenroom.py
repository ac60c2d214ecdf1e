from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.permissions import OwnAddress
from accounts.tokens import SignedInRequest
from perform import greenroom
from perform.serializers import WarmInput, WarmOutput


class Warm(APIView):
    permission_classes = [OwnAddress]
    throttle_classes = [limits.by_user("generate")]

    @extend_schema(request=WarmInput, responses=WarmOutput)
    def post(self, request: SignedInRequest, **_: Any) -> Response:
        """Before a show: make the voice resident and pin it; go, or not yet and why."""
        given = WarmInput(data=request.data)
        given.is_valid(raise_exception=True)
        found = greenroom.check(request.user, performs=given.validated_data["performs"], now=timezone.now())
        return Response(WarmOutput(found).data)
