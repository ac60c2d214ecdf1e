"""Follow a request: its id in every response and log line, its time in Server-Timing."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import SimpleLazyObject, empty

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="")
_user_id: ContextVar[str] = ContextVar("user_id", default="")
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)

log = logging.getLogger("thoughtvoice.requests")


def begin(name: str, *, user_id: str = "", request: HttpRequest | None = None) -> None:
    """What this thread logs from now on belongs to that request."""
    request_id.set(name)
    _user_id.set(user_id)
    _request.set(request)


def caller() -> str:
    """The id of who is signed in, as far as that is known by now: asking would be a query in every log line."""
    person = getattr(_request.get(), "user", None)
    if isinstance(person, SimpleLazyObject) and person._wrapped is empty:
        person = None
    return str(person.pk or "") if person else _user_id.get()


def follow(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, outermost: whatever answers, the answer names the request."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        name = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        begin(name, request=request)
        request.request_id = name  # type: ignore[attr-defined]
        response = get_response(request)
        took = (time.perf_counter() - started) * 1000
        response.headers["X-Request-ID"] = name
        if limit := getattr(request, "rate_limit", None):
            # draft-ietf-httpapi-ratelimit-headers
            response.headers["RateLimit"] = f'"{limit["name"]}";r={limit["remaining"]};t={limit["reset"]}'
            response.headers["RateLimit-Policy"] = f'"{limit["name"]}";q={limit["limit"]};w={limit["window"]}'
        steps = response.headers.get("Server-Timing")
        total = f"app;dur={took:.1f}"
        response.headers["Server-Timing"] = f"{steps}, {total}" if steps else total
        log.info(
            "request",
            extra={
                "method": request.method,
                "route": request.resolver_match.route if request.resolver_match else "",
                "status": response.status_code,
                "latency_ms": round(took, 1),
            },
        )
        return response

    return middleware


def leave_out_unasked_bodies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: HEAD is answered like GET, but for the body, of which the server would complain in the log."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            elif isinstance(response, HttpResponse):
                response.content = b""
        return response

    return middleware


class StampFilter(logging.Filter):
    """Puts the request's and the caller's id on every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        if not hasattr(record, "user_id"):
            record.user_id = caller()
        return True
