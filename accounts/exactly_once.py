"""`Idempotency-Key` for a view's method: see accounts.idempotency for what it promises."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import idempotency
from accounts.models import Attempt
from thoughtvoice.errors import DomainError

Method = Callable[..., Any]
REPLAYED = "Idempotency-Replayed"


def exactly_once(endpoint: str) -> Callable[[Method], Method]:
    """The method runs once a key; it finds its Attempt, or None without a key, in `self.attempt`."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def run(view: Any, request: Request, **kwargs: Any) -> Any:
            claimed = claim(request, endpoint)
            if isinstance(claimed, idempotency.Answer):
                return _replayed(claimed)
            view.attempt = claimed
            if claimed is None:
                return method(view, request, **kwargs)
            return _kept(claimed, lambda: method(view, request, **kwargs))

        return run

    return decorate


def claim(request: Request, endpoint: str) -> "Attempt | idempotency.Answer | None":
    """None where the caller sends no key."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    scope = f"{endpoint}:{request.user.pk or ''}"
    return idempotency.claim(scope, key, fingerprint=fingerprint(request), now=timezone.now())


def fingerprint(request: Request) -> str:
    """Equal for a request sent again, whatever boundary its form has or in which order its fields come."""
    fields = [(name, _content(value)) for name, value in _pairs(request.data)]
    parts = [part for name, content in sorted(fields) for part in (name.encode(), content)]
    return idempotency.digest(str(request.method).encode(), request.path.encode(), *parts)


def _pairs(data: Any) -> list[tuple[str, Any]]:
    if hasattr(data, "lists"):
        return [(name, value) for name, values in data.lists() for value in values]
    return [("", data)]


def _content(value: Any) -> bytes:
    if isinstance(value, UploadedFile):
        content = value.read()
        value.seek(0)
        return content
    return json.dumps(value, sort_keys=True).encode()


def _kept(attempt: Attempt, run: Callable[[], Response]) -> Response:
    try:
        response = run()
    except (DomainError, APIException):
        idempotency.abandon(attempt)
        raise
    except Exception:
        idempotency.interrupt(attempt)
        raise
    body = JSONRenderer().render(response.data)
    headers = {**response.headers, "Content-Language": get_language() or ""}
    idempotency.keep(attempt, status=response.status_code, headers=headers, body=body)
    return response


def _replayed(answer: idempotency.Answer) -> HttpResponse:
    headers = {**answer.headers, REPLAYED: "true"}
    headers.pop("Content-Type", None)
    return HttpResponse(answer.body, status=answer.status, headers=headers, content_type="application/json")
