"""Whatever is sent to whichever address of this app, the answer is a 4xx problem."""

import io

import pytest
from django.test.client import Client

from conftest import App
from thoughtvoice.api import UNREAD_BYTES
from thoughtvoice.tests.test_errors import the_problem

BODIES = [
    ("POST", "/auth/register", "username"),
    ("POST", "/auth/login", "username"),
    ("POST", "/auth/refresh", "refresh"),
    ("DELETE", "/user/me", "password"),
    ("POST", "/user/password", "new_password"),
    ("PUT", "/user/settings", "language"),
    ("PATCH", "/user/settings", "sex"),
    ("PATCH", "/users/me/settings", "speaker_sex"),
]
KEY = {"Idempotency-Key": "0123456789abcdef"}
every_endpoint = pytest.mark.parametrize(("method", "path", "field"), BODIES)


def send(app: App, method: str, path: str, body: bytes, content_type: str = "application/json"):
    return app.generic(method, path, body, content_type, headers=KEY)


@every_endpoint
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"%(field)s": "a\\u0000b"}',
        b'{"%(field)s": "a\\ud800b"}',
        b'{"%(field)s": "\\udc00\\ud800"}',
        b'{"%(field)s\\u0000": 1, "%(field)s": "x"}',
        b'{"\\ud800": 1}',
        b'{"%(field)s": "\xed\xa0\x80"}',
        b'{"%(field)s": {"deep": ["\\ud83d"]}}',
        b'{"%(field)s": NaN}',
        b'{"%(field)s": -Infinity}',
        b'{"%(field)s": 1e999}',
        b'{"%(field)s": ' + b"9" * 5000 + b"}",
        b'{"%(field)s": ' + b"9" * 400 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b'{"%(field)s": []}',
        b'{"%(field)s": {}}',
        b'{"%(field)s": ["x"]}',
        b'{"%(field)s": null}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_no_body_breaks_anything(as_alice: App, method: str, path: str, field: str, body: bytes) -> None:
    answer = send(as_alice, method, path, body.replace(b"%(field)s", field.encode()))
    if not body and method in {"PUT", "PATCH"}:
        assert answer.status_code == 200  # nothing to change
    else:
        the_problem(answer, 400, answer.json()["code"])
        assert answer.json()["code"] in {"invalid", "bad_request"}


@every_endpoint
@pytest.mark.parametrize(
    "kind", ["application/yaml", "text/plain", "nonsense", "multipart/form-data; boundary=x"]
)
def test_content_types_that_nobody_reads(
    as_alice: App, method: str, path: str, field: str, kind: str
) -> None:
    the_problem(send(as_alice, method, path, b"x", kind), 415, "unsupported_media_type")


@every_endpoint
def test_a_charset_cannot_unpack_anything(as_alice: App, method: str, path: str, field: str) -> None:
    for charset in ("zlib", "utf-16", "idna", "\\"):
        answer = send(as_alice, method, path, b"\x00x", f"application/json; charset={charset}")
        assert answer.status_code in {400, 415}


@pytest.mark.parametrize(
    ("method", "path"),
    [*sorted({case[:2] for case in BODIES}), ("POST", "/user/voice"), ("POST", "/nowhere")],
)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_ten_megabytes_reach_no_view_and_are_read_so_that_the_phone_hears_why(
    as_alice: App, method: str, path: str, kind: str
) -> None:
    body = io.BytesIO(b"x" * 10 * 2**20)
    length = {"CONTENT_LENGTH": str(10 * 2**20), "wsgi.input": body}
    answer = as_alice.generic(method, path, b"", kind, **length)
    the_problem(answer, 413, "too_large")
    assert body.read(1) == b""


def test_a_refused_body_without_end_is_read_in_bounds(as_alice: App) -> None:
    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    body = Endless()
    length = {"CONTENT_LENGTH": str(10**12), "wsgi.input": body}
    the_problem(as_alice.generic("POST", "/auth/login", b"", "application/json", **length), 413, "too_large")
    assert body.given <= UNREAD_BYTES


def test_a_body_in_chunks_is_told_to_name_its_length(as_alice: App) -> None:
    body = io.BytesIO(b"x" * 1_000_000)
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": body, "wsgi.input_terminated": True}
    the_problem(as_alice.generic("POST", "/user/voice", **chunked), 411, "length_required")
    assert body.read(1) == b""


def test_what_fits_is_read(as_alice: App, settings) -> None:
    settings.MAX_BODY_BYTES = len('{"style": 0.25}')
    assert as_alice.patch_json("/user/settings", {"style": 0.25}).status_code == 200
    the_problem(as_alice.patch_json("/user/settings", {"style": 0.125}), 413, "too_large")


@pytest.mark.parametrize("length", ["²", "-1", "many"])
def test_a_length_that_is_no_number_is_refused(as_alice: App, length: str) -> None:
    answer = as_alice.generic("PATCH", "/user/settings", b"{}", "application/json", CONTENT_LENGTH=length)
    the_problem(answer, 400, "bad_request")


def test_a_listener_who_leaves_while_sending_breaks_nothing(as_alice: App) -> None:
    class Gone(io.BytesIO):
        def read(self, *args: int) -> bytes:
            raise OSError("connection reset")

    answer = as_alice.generic(
        "PATCH",
        "/user/settings",
        CONTENT_TYPE="application/json",
        CONTENT_LENGTH="20",
        **{"wsgi.input": Gone()},
    )
    the_problem(answer, 400, "bad_request")


def test_a_form_of_endless_fields(as_alice: App) -> None:
    fields = "".join(f'--x\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\n1\r\n' for n in range(1500))
    answer = as_alice.generic("POST", "/user/voice", f"{fields}--x--\r\n", "multipart/form-data; boundary=x")
    the_problem(answer, 400, "bad_request")


@pytest.mark.parametrize("path", ["/user/devices/%00", "/users/%00/settings", "/users/%ED%A0%80/settings"])
def test_addresses_that_are_no_text(as_alice: App, path: str) -> None:
    the_problem(as_alice.get(path), 404, "not_found")


def test_halves_of_characters_in_headers(as_stranger: App) -> None:
    for header in (
        {"Authorization": "Bearer \xff"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer a b"},
    ):
        the_problem(as_stranger.get("/user/me", headers=header), 401, "not_authenticated")
    assert as_stranger.get("/health", headers={"Accept-Language": "\xff" * 600}).status_code == 200


def test_a_post_to_nowhere_is_not_found_without_any_cookie(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/nowhere", {}, content_type="application/json")
    the_problem(answer, 404, "not_found")
