from django.http import Http404
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class OwnAddress(IsAuthenticated):
    """Under `/users/{id}/…` the id is the caller's own or `me`; anyone else's does not exist."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        named = view.kwargs.get("user_id", "me")
        if named not in {"me", str(request.user.pk)}:
            raise Http404
        return True


class InRole(IsAdminUser):
    """Staff who hold what the view `needs`: the same permission that the back office asks for."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and request.user.has_perm(view.needs)  # type: ignore[attr-defined]
