"""Whatever goes wrong, the answer is one problem document."""

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conftest import App
from thoughtvoice import urls
from thoughtvoice.errors import DomainError


class Tired(DomainError):
    code = "tired"
    status = 503
    title = "Not now"
    retryable = True


class Fails(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request, how: str) -> Response:
        if how == "refused":
            raise Tired("Come back later.", retry_after=2.4, hours=[9, 17])
        raise RuntimeError("a secret of ours")


handler404 = urls.handler404
urlpatterns = [path("fails/<str:how>", Fails.as_view()), *urls.urlpatterns]

MEMBERS = {"type", "title", "status", "detail", "code", "retryable", "request_id"}


def the_problem(answer, status: int, code: str) -> dict:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert (body["code"], body["type"]) == (code, f"urn:thoughtvoice:problem:{code}")
    assert body["request_id"] == answer["X-Request-ID"]
    assert set(body) >= MEMBERS
    return body


def test_an_address_that_does_not_exist(as_stranger: App) -> None:
    the_problem(as_stranger.get("/nowhere"), 404, "not_found")


@override_settings(DEBUG=True)
def test_an_address_that_does_not_exist_while_debugging(as_stranger: App) -> None:
    the_problem(as_stranger.get("/nowhere"), 404, "not_found")


def test_nobody_signed_in(as_stranger: App) -> None:
    answer = as_stranger.get("/user/me")
    the_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_that_is_none(as_stranger: App) -> None:
    answer = as_stranger.get("/user/me", headers={"Authorization": "Bearer nonsense"})
    the_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_method_that_the_address_does_not_take(as_alice: App) -> None:
    the_problem(as_alice.delete("/routines"), 405, "method_not_allowed")


@pytest.mark.parametrize("body", ["{", "[1, 2", '{"value": NaN}', "\0", "nothing"])
def test_a_body_that_is_no_json(as_alice: App, body: str) -> None:
    answer = as_alice.post("/perform", body, content_type="application/json")
    the_problem(answer, 400, "bad_request")


def test_a_body_that_is_no_object(as_alice: App) -> None:
    the_problem(as_alice.post_json("/perform", [1, 2]), 400, "invalid")


def test_a_content_type_that_nobody_reads(as_alice: App) -> None:
    answer = as_alice.post("/perform", b"value: 7", content_type="application/yaml")
    the_problem(answer, 415, "unsupported_media_type")


def test_a_form_that_nobody_makes(as_alice: App) -> None:
    the_problem(as_alice.get("/routines", headers={"Accept": "image/png"}), 406, "not_acceptable")


def test_an_error_is_json_even_for_somebody_who_asked_for_sound(as_alice: App) -> None:
    answer = as_alice.post_json("/perform", {}, accept="audio/mpeg")
    assert set(the_problem(answer, 400, "invalid")["errors"]) == {"routine_type", "value"}


def test_fields_are_named_with_their_messages(as_alice: App) -> None:
    wish = {"routine_type": "cards", "value": "7", "settings_override": {"style": 2}}
    body = the_problem(as_alice.post_json("/perform", wish), 400, "invalid")
    assert body["errors"] == {"style": ["Ensure this value is less than or equal to 1.0."]}


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_refusal_of_ours_says_when_to_come_back(as_stranger: App) -> None:
    answer = as_stranger.get("/fails/refused")
    body = the_problem(answer, 503, "tired")
    assert body["retryable"]
    assert body["retry_after"] == 2
    assert answer["Retry-After"] == "2"
    assert body["hours"] == [9, 17]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_bug_of_ours_tells_nothing_of_itself(as_stranger: App) -> None:
    answer = as_stranger.get("/fails/badly")
    the_problem(answer, 500, "internal_error")
    assert b"secret" not in answer.content


def test_a_host_that_we_do_not_serve(as_stranger: App) -> None:
    the_problem(as_stranger.get("/health", headers={"Host": "evil.example"}), 400, "bad_request")
