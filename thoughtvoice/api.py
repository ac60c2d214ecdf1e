"""What all endpoints share: problem+json for every error, and paging."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.exceptions import APIException
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings

from thoughtvoice.errors import DomainError
from thoughtvoice.requests import request_id
from thoughtvoice.spanish import in_spanish

MEDIA_TYPE = "application/problem+json"
TOO_LARGE = "The body is larger than we take."
UNREAD_BYTES, UNREAD_SECONDS, UNREAD_PIECE = 32 * 2**20, 10.0, 64 * 2**10
"""How much of a refused body is read and thrown away."""

log = logging.getLogger("thoughtvoice.api")

CODES = {
    400: ("bad_request", "The request is malformed"),
    401: ("not_authenticated", "Sign in first"),
    403: ("forbidden", "You may not do this"),
    404: ("not_found", "There is nothing here"),
    405: ("method_not_allowed", "This address does not take that method"),
    406: ("not_acceptable", "This cannot be had in the form you ask for"),
    411: ("length_required", "The request does not say how long it is"),
    413: ("too_large", "The request is too large"),
    415: ("unsupported_media_type", "This content type is not understood"),
    429: ("rate_limited", "Too many requests"),
    500: ("internal_error", "Something went wrong on our side"),
}


class NewestFirst(CursorPagination):
    ordering = ("-created_at", "-id")
    page_size = 20
    max_page_size = 100
    page_size_query_param = "limit"

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"].update(bounds)
        return parameters


def problem(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: whatever went wrong, one JSON shape (RFC 9457)."""
    body, headers = _describe(error)
    if body["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if body["status"] >= 500 and not isinstance(error, DomainError):
        log.exception("internal_error", exc_info=error)
        got_request_exception.send(sender=context["view"].__class__, request=context["request"]._request)
    request = context["request"]
    request.accepted_renderer = JSONRenderer()
    request.accepted_media_type = MEDIA_TYPE
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _describe(error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(error, DomainError):
        return refusal(error)
    if isinstance(error, RequestDataTooBig):
        return plain(413, TOO_LARGE), {}
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return plain(400), {}
    if isinstance(error, Http404):
        return plain(404), {}
    if isinstance(error, PermissionDenied):
        return plain(403), {}
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error.detail), {}
    if isinstance(error, exceptions.Throttled):
        wait = max(1, math.ceil(getattr(error, "wait", None) or 1))
        told = plain(429, f"Wait {wait} seconds, then try again.")
        return {**told, "retry_after": wait}, {"Retry-After": str(wait)}
    if isinstance(error, APIException):
        return plain(error.status_code, str(error.detail)), {}
    return plain(500, "We have been told. Try again in a moment."), {}


def refusal(error: DomainError) -> tuple[dict[str, Any], dict[str, str]]:
    """The problem document of a refusal of ours, and its headers."""
    body = _document(error.status, error.code, error.title, error.detail, retryable=error.retryable)
    headers = {}
    if error.retry_after is not None:
        body["retry_after"] = max(1, round(error.retry_after))
        headers["Retry-After"] = str(body["retry_after"])
    if error.errors:
        body["errors"] = {name: list(map(_told, messages)) for name, messages in error.errors.items()}
    return {**body, **error.more}, headers


def plain(status: int, detail: str = "") -> dict[str, Any]:
    code, title = CODES.get(status, CODES[400])
    return _document(status, code, title, detail or title, retryable=status in {429, 500})


def _document(status: int, code: str, title: str, detail: str, *, retryable: bool) -> dict[str, Any]:
    return {
        "type": f"urn:thoughtvoice:problem:{code}",
        "title": _told(title),
        "status": status,
        "detail": _told(detail),
        "code": code,
        "retryable": retryable,
        "request_id": request_id.get(),
    }


def _told(sentence: str) -> str:
    """In the caller's language, as Django's own messages are."""
    return in_spanish(sentence) if (translation.get_language() or "").startswith("es") else sentence


def _invalid(detail: Any) -> dict[str, Any]:
    """DRF's nested validation messages as one flat mapping: field → messages."""
    told = "Some fields are not as they should be."
    document = _document(400, "invalid", CODES[400][1], told, retryable=False)
    return {**document, "errors": dict(_flat(detail, "")) or {"": ["Invalid."]}}


def _flat(detail: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(detail, dict):
        for key, inner in detail.items():
            name = "" if key == api_settings.NON_FIELD_ERRORS_KEY else str(key)
            yield from _flat(inner, f"{path}.{name}".strip("."))
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for number, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{number}".strip("."))
    else:
        yield path, [_told(str(message)) for message in (detail if isinstance(detail, list) else [detail])]


def refuse_large_bodies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a body that announces itself as too large reaches no view, nor does one of unknown length,
    which is empty to Django. One that is longer than it said is cut off there.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if refusal := _refused_unread(request):
            # Before languages.Language: the thread's language is still that of its last request.
            language = translation.get_language_from_request(request)
            with translation.override(language):
                answer: HttpResponseBase = _answer(*refusal)
            answer.headers["Content-Language"] = language
            patch_vary_headers(answer, ["Accept-Language"])
        else:
            answer = get_response(request)
        if answer.status_code >= 400:
            _read_to_the_end(request)
        return answer

    return middleware


def _refused_unread(request: HttpRequest) -> tuple[int, str] | None:
    announced = request.headers.get("Content-Length") or ""
    if not announced and request.headers.get("Transfer-Encoding"):
        return 411, "Send the body with its Content-Length, not in chunks."
    if announced and not (announced.isascii() and announced.isdecimal()):
        return 400, "The Content-Length is no number."
    if int(announced or 0) > settings.MAX_BODY_BYTES:
        return 413, TOO_LARGE
    return None


def _read_to_the_end(request: HttpRequest) -> None:
    """Most phones read no answer before they have sent all of their body: whoever hangs up on them while
    they send lets them believe in a bad network, and send it again. In bounds, and nothing is kept."""
    # Django reads as much as was announced, which is nothing of a body in chunks.
    in_chunks = request.META.get("wsgi.input_terminated") and request.headers.get("Transfer-Encoding")
    body: Any = request.META["wsgi.input"] if in_chunks else request
    until = time.monotonic() + UNREAD_SECONDS
    with suppress(OSError):  # UnreadablePostError: nobody is there any more
        for _ in range(UNREAD_BYTES // UNREAD_PIECE):
            if not body.read(UNREAD_PIECE) or time.monotonic() > until:
                return


@csrf_exempt  # a POST to nowhere is a 404 as well, not a page about cookies
def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return _answer(404)


def bad_request(request: HttpRequest, exception: Exception) -> Any:
    return defaults.bad_request(request, exception) if _staff(request) else _answer(400)


def forbidden(request: HttpRequest, exception: Exception) -> Any:
    return defaults.permission_denied(request, exception) if _staff(request) else _answer(403)


def server_error(request: HttpRequest) -> Any:
    return defaults.server_error(request) if _staff(request) else _answer(500)


def _staff(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")


def _answer(status: int, detail: str = "") -> JsonResponse:
    return JsonResponse(plain(status, detail), status=status, content_type=MEDIA_TYPE)
