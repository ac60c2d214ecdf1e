"""How the demo's walk speaks HTTP, and what it says when it is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from thoughtvoice import demo

ANSWERS = {
    "/health": (200, b"{}"),
    "/full": (402, b'{"title": "The allowance is used up", "detail": "It starts again on 1 December."}'),
    "/short": (200, b"breaks off"),
}


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) + (self.path == "/short")))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(f"{self.headers['Authorization']} sent {len(body)} bytes".encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def client() -> Iterator[demo.Client]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield demo.Client(server.server_port, timeout=5, token="t0ken")
        server.shutdown()
        thread.join()


def test_a_request_is_signed(client: demo.Client) -> None:
    assert client.post("/perform", {"a": 1}).body == b"Bearer t0ken sent 8 bytes"


def test_a_problem_is_shown_in_one_line(client: demo.Client) -> None:
    with pytest.raises(demo.Failed) as failure:
        client.get("/full")

    refusal = "The allowance is used up: It starts again on 1 December."
    assert str(failure.value) == f"GET /full was refused: {refusal}"


def test_an_answer_that_breaks_off_is_a_failure(client: demo.Client) -> None:
    with pytest.raises(demo.Failed, match=r"^GET /short got no whole answer: IncompleteRead"):
        client.get("/short")


def test_a_server_that_answers_is_healthy(client: demo.Client) -> None:
    assert demo.is_healthy(client)


def test_nobody_listening_is_not_healthy() -> None:
    assert not demo.is_healthy(demo.Client(1, timeout=1))


def test_a_problem_with_fields_names_each() -> None:
    problem = b'{"title": "Wrong", "detail": "See errors.", "errors": {"email": ["Taken.", "Odd."]}}'

    assert demo.refusal(400, problem) == "Wrong: See errors. · email: Taken. Odd."


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'"text"'])
def test_an_answer_that_is_no_problem_json_shows_its_status(body: bytes) -> None:
    assert demo.refusal(502, body) == "HTTP 502"


def test_a_multipart_body_is_read_back_as_it_was_given(tmp_path: Path) -> None:
    recording = tmp_path / "me.flac"
    recording.write_bytes(b"fLaC\r\n--\x00\xff")
    body = demo.multipart("limit", {"consent": "true"}, "audio", recording)

    message = message_from_bytes(b"Content-Type: multipart/form-data; boundary=limit\r\n\r\n" + body)

    parts = list(message.walk())[1:]
    assert [(part.get_content_type(), part.get_payload(decode=True)) for part in parts] == [
        ("text/plain", b"true"),
        ("audio/flac", b"fLaC\r\n--\x00\xff"),
    ]


def test_the_audio_is_saved_under_its_time_and_subject(tmp_path: Path) -> None:
    path = demo.save(b"mp3", tmp_path / "demo", datetime(2026, 11, 23, 15, 4, 5, tzinfo=UTC))

    assert (path.name, path.read_bytes()) == ("20261123-150405-queen-of-hearts.mp3", b"mp3")
