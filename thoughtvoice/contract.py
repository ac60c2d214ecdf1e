"""What the OpenAPI document says of every operation alike: its headers, and how it refuses."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import IsAdminUser, IsAuthenticated

from thoughtvoice import examples
from thoughtvoice.api import MEDIA_TYPE, plain, refusal
from thoughtvoice.errors import DomainError
from voices.serializers import ReasonOutput


def _further(kind: type[serializers.Field], said: str, **options: Any) -> serializers.Field:
    """A member that only some problems have."""
    return kind(required=False, help_text=said, **options)


def _names(said: str) -> serializers.Field:
    return _further(serializers.ListField, said, child=serializers.CharField())


Problem = inline_serializer(
    "Problem",
    {
        "type": serializers.CharField(help_text="A URN that ends in the code."),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(help_text="One sentence for a person: what to do next."),
        "code": serializers.CharField(help_text="Stable, for programs; codes may be added."),
        "retryable": serializers.BooleanField(help_text="Whether the same request may succeed later."),
        "request_id": serializers.CharField(help_text="As in X-Request-ID: what support asks for."),
        "retry_after": _further(serializers.IntegerField, "Seconds."),
        "errors": _further(serializers.DictField, "Field → messages.", child=_names("")),
        "reasons": _further(ReasonOutput, "`sample_rejected`: what to do better.", many=True),
        "recordings": _further(
            serializers.ListField,
            "The same for each, where several were sent.",
            child=ReasonOutput(many=True),
        ),
        "resets_at": _further(serializers.DateTimeField, "`quota_exceeded`: when the next month begins."),
        "routines": _names("`unknown_routine`: those that there are."),
        "backgrounds": _names("`unknown_background`: those that there are."),
        "length": _further(serializers.IntegerField, "`range_not_satisfiable`: the bytes that there are."),
        "state": _further(serializers.CharField, "`pack_unfinished`: of the pack."),
        "failure": _further(serializers.CharField, "`pack_unfinished`: why it is paused, if it is."),
    },
)

HEADERS = {
    "X-Request-ID": "The id of the request: yours, if you sent one, else ours.",
    "Content-Language": "The language of what it says to people: `en` or `es`.",
    "Server-Timing": "Milliseconds by step, and `app` for all of it.",
    "RateLimit": 'What is left: `"perform";r=59;t=60`.',
    "RateLimit-Policy": 'What is allowed: `"perform";q=60;w=60`.',
    "Retry-After": "Seconds to wait.",
    "WWW-Authenticate": "`Bearer`.",
    "Idempotency-Replayed": "`true` on an answer that was given before.",
    "X-Performance-ID": "What /performances/{performance_id} knows it by.",
    "X-Voice-Source": "Whose voice it is: see `voiceSource`.",
    "X-Text-Source": "`gemini`, or `template` where the offline writer stood in.",
    "ETag": "Stands for the very bytes.",
    "Accept-Ranges": "`bytes`.",
    "Content-Range": "Which bytes these are.",
}
SPOKEN = {"/perform", "/generate-audio"}
REMEMBERING = {*SPOKEN, "/admin/voice-pool/evict"}
"""What they are asked for by a key or an id may be gone."""
WITH_A_BODY = {"POST", "PUT", "PATCH", "DELETE"}
DELETED_WITH_A_BODY = {"/user/me"}
"""HTTP gives such a body no meaning and drf-spectacular no place: it is told of these alone."""
WAITING = {409, 429, 503}


def _sent(name: str, said: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=said)


REQUEST_ID = _sent("X-Request-ID", "8 to 64 of A–Z a–z 0–9 . _ -; comes back in the answer.")
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 8, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="One for each thing that a person asks for, such as a random UUID; the same on every "
    "repetition of it. Kept for a day.",
)
RANGE = _sent("Range", "`bytes=0-1023` for a part.")
IF_NONE_MATCH = _sent("If-None-Match", "The ETag of what you have; 304 if nothing is new.")


class ProblemSchema(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        parameters = [REQUEST_ID]
        if self._is_keyed():
            parameters.append(KEY)
        if self._is_ranged():
            parameters += [RANGE, IF_NONE_MATCH]
        return parameters

    def _get_request_body(self, direction: Literal["request", "response"] = "request") -> Any:
        if self.method != "DELETE" or self.path not in DELETED_WITH_A_BODY:
            return super()._get_request_body(direction)
        shape, required = self._get_request_for_media_type(self.get_request_serializer(), direction)
        return {"content": {"application/json": {"schema": shape}}, "required": required}

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for code, body in bodies.items():
            body["description"] = body["description"] or HTTPStatus(int(code)).phrase
            body["headers"] = _told(self._headers(int(code)))
        for status, problems in self._problems().items():
            body = self._get_response_for_code(Problem, str(status), [MEDIA_TYPE], direction)
            body["content"][MEDIA_TYPE]["examples"] = {one["code"]: {"value": one} for one in problems}
            body["description"] = "; ".join(
                dict.fromkeys(f"`{one['code']}`: {one['title']}" for one in problems)
            )
            bodies[str(status)] = {**body, "headers": _told(self._headers(status))}
        return bodies

    def _problems(self) -> dict[int, list[dict[str, Any]]]:
        """Example documents by status, one for each code."""
        of_ours = [refusal(error)[0] for error in self._refusals()]
        if self.method in WITH_A_BODY and not any(one["code"] == "invalid" for one in of_ours):
            of_ours.append(examples.INVALID)
        by_status: dict[int, list[dict[str, Any]]] = {}
        for one in (*of_ours, *map(plain, self._general())):
            by_status.setdefault(one["status"], []).append({**one, "request_id": examples.REQUEST_ID})
        return dict(sorted(by_status.items()))

    def _general(self) -> Iterator[int]:
        """The statuses that any operation of this kind may answer with."""
        yield from (400, 406, 500)
        permissions = self.view.get_permissions()
        if any(isinstance(one, IsAuthenticated) for one in permissions) or self._is_for_staff():
            yield 401
        if self._is_for_staff():
            yield 403
        if "{" in self.path or self._is_list_view() or self.path in REMEMBERING:
            yield 404
        if self.method in WITH_A_BODY:
            yield from (411, 413, 415)
        if self.view.get_throttles():
            yield 429

    def _headers(self, status: int) -> Iterator[str]:
        yield from ("X-Request-ID", "Server-Timing", "Content-Language")
        if self.view.get_throttles():
            yield from ("RateLimit", "RateLimit-Policy")
        if status == 401:
            yield "WWW-Authenticate"
        if status in WAITING:
            yield "Retry-After"
        if status < 300 and self._is_keyed():
            yield "Idempotency-Replayed"
        if status < 300 and self.path in SPOKEN:
            yield from ("X-Performance-ID", "X-Voice-Source", "X-Text-Source")
        if status < 400 and self._is_ranged():
            yield from ("ETag", "Accept-Ranges")
        if status in {206, 416}:
            yield "Content-Range"

    def _refusals(self) -> list[DomainError]:
        from thoughtvoice import refusals  # noqa: PLC0415 - the views, which it imports, import this module

        return refusals.OF.get(f"{self.method} {self.path}", [])

    def _is_keyed(self) -> bool:
        return any(error.code == "idempotency_in_flight" for error in self._refusals())

    def _is_ranged(self) -> bool:
        return any(error.code == "range_not_satisfiable" for error in self._refusals())

    def _is_for_staff(self) -> bool:
        return any(isinstance(one, IsAdminUser) for one in self.view.get_permissions())


def _told(names: Iterator[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: every shape has an example, and an answer has all of its fields."""
    for name, schema in result["components"]["schemas"].items():
        if name in examples.OF:
            schema["example"] = examples.OF[name]
        if "properties" in schema and not name.endswith("Request") and name != "Problem":
            schema["required"] = sorted(schema["properties"])
        for field in schema.get("properties", {}).values():
            if field.pop("nullable", False):  # DRF's pages are described as OpenAPI 3.0 had it
                field["type"] = [field["type"], "null"]
    result["components"]["headers"] = {
        name: {"description": said, "schema": {"type": "string"}} for name, said in HEADERS.items()
    }
    return result


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.DeviceAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
