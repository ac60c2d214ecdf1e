"""A sound over HTTP as players ask for it: whole, in parts, or not at all if they have it (RFC 9110, 13–15)."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from thoughtvoice.errors import DomainError

ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE)


class RangeNotSatisfiable(DomainError):
    code = "range_not_satisfiable"
    status = 416
    title = "The sound ends before that"

    def __init__(self, length: int) -> None:
        super().__init__(f"Ask for bytes before {length}, or for the whole.", length=length)
        self.length = length


class RangedView(APIView):
    """For views that answer with `ranged`: its refusal tells in the header, too, how long the sound is."""

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, RangeNotSatisfiable):
            response.headers["Content-Range"] = f"bytes */{exc.length}"
        return response


def ranged(request: HttpRequest | Request, data: bytes, *, content_type: str, etag: str) -> HttpResponse:
    """The whole (200), the part that `Range` names (206), or nothing new (304).

    `etag` is the bare digest of `data`: equal only for equal bytes. Several ranges at once and ranges that
    cannot be read are answered with the whole, as the RFC allows. Raises: RangeNotSatisfiable.
    """
    quoted = f'"{etag}"'
    shared: dict[str, Any] = {
        "ETag": quoted,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
    }
    if _is_known(request.headers.get("If-None-Match", ""), quoted):
        return HttpResponse(status=304, headers=shared)
    span = _span(request, len(data), quoted)
    if span is None:
        return HttpResponse(data, content_type=content_type, headers=shared)
    first, last = span
    shared["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return HttpResponse(data[first : last + 1], status=206, content_type=content_type, headers=shared)


def heard_by_staff(request: HttpRequest, data: bytes, *, content_type: str, etag: str) -> HttpResponse:
    """The same outside the API, and kept by no browser."""
    try:
        answer = ranged(request, data, content_type=content_type, etag=etag)
    except RangeNotSatisfiable as refused:
        answer = HttpResponse(status=refused.status, headers={"Content-Range": f"bytes */{refused.length}"})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_known(header: str, quoted: str) -> bool:
    return any(known in {"*", quoted} for known in (tag.removeprefix("W/") for tag in parse_etags(header)))


def _span(request: HttpRequest | Request, length: int, quoted: str) -> tuple[int, int] | None:
    """First and last byte asked for; None for the whole."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    # A date in If-Range is no strong validator of ours: the whole is always right.
    if not asked or request.headers.get("If-Range", quoted) != quoted or not any(asked.groups()):
        return None
    begin, end = asked.groups()
    if not begin:
        first, last = max(0, length - int(end)), length - 1
    else:
        first, last = int(begin), min(int(end or length), length - 1)
        if end and int(end) < first:
            return None
    if first > last:
        raise RangeNotSatisfiable(length)
    return first, last
