"""What `/schema` says is what happens, whatever is sent (schemathesis)."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conftest import App
from thoughtvoice.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def served(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """As a server does and schemathesis does not: an answer is closed when all of it was sent."""
    with closing(application(environ, start_response)) as answer:
        return [b"".join(answer)]


schema = schemathesis.openapi.from_wsgi("/schema", served)


@pytest.fixture
def no_limits(settings: Any) -> Iterator[None]:
    """Nor is the test's connection closed after each request: the plain WSGI application would do so."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "1000000/h")
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_is_documented(case: Any, as_alice: App, no_limits: None) -> None:
    authorization = as_alice.defaults["HTTP_AUTHORIZATION"]
    case.call_and_validate(headers={"Authorization": authorization}, checks=CHECKS)
