"""One performance over HTTP, asked for as the field app asks: register, send a recording, perform."""

import http.client
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROUTINE, VALUE = "cards", "Queen of Hearts"
CLONE_SECONDS = 30.0
LABEL_WIDTH = 42


class Failed(Exception):
    """The walk cannot go on; the message is one line for a person."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    first_byte_ms: float
    total_ms: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """Speaks to the server on this machine; `token` signs the requests once somebody is registered."""

    port: int
    timeout: float = 30.0
    token: str = ""

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, b"", {})

    def post(self, path: str, given: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        body = json.dumps(given).encode()
        return self._ask("POST", path, body, {"Content-Type": "application/json", **(headers or {})})

    def upload(self, path: str, fields: Mapping[str, str], file_field: str, file: Path) -> Reply:
        boundary = secrets.token_hex(16)
        body = multipart(boundary, fields, file_field, file)
        return self._ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Raise Failed for a refusal, and for a server that does not answer or breaks off."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        signed = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            connection.request(method, path, body=body, headers={"Accept": "*/*", **signed, **headers})
            response = connection.getresponse()
            first = response.read(1)
            first_byte_ms = _ms_since(began)
            whole = first + response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"{method} {path} got no whole answer: {error!r}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise Failed(f"{method} {path} was refused: {refusal(response.status, whole)}")
        return Reply(response.status, response.headers, whole, first_byte_ms, _ms_since(began))


def multipart(boundary: str, fields: Mapping[str, str], file_field: str, file: Path) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{file_field}"; filename="{file.name}"\r\n'
    kind = f"Content-Type: audio/{file.suffix[1:]}\r\n\r\n"
    return b"".join([*parts, (head + kind).encode(), file.read_bytes(), f"\r\n--{boundary}--\r\n".encode()])


def refusal(status: int, body: bytes) -> str:
    """Return a problem's `title: detail` with its fields' messages, in one line."""
    try:
        problem = json.loads(body)
        said = f"{problem['title']}: {problem.get('detail', status)}"
        fields = [f"{name}: {' '.join(messages)}" for name, messages in problem.get("errors", {}).items()]
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"HTTP {status}"
    return " · ".join([said, *fields])


def is_healthy(client: Client) -> bool:
    try:
        client.get("/health")
    except Failed:
        return False
    return True


@dataclass
class Walk:
    """A new performer's way from an activation code to their first thought, said step by step.

    `say` takes a line for the person watching; `pause` waits a moment and may raise to give up.
    """

    client: Client
    say: Callable[[str], None]
    pause: Callable[[], None]

    def perform(self, *, activation_code: str, recording: Path, folder: Path, now: datetime) -> Path:
        """Return the path of the mp3; raises Failed."""
        self.register(activation_code)
        self.send(recording)
        self.wait_for_clone()
        before = self.characters()
        reply = self.ask_for_thought()
        path = save(reply.body, folder, now)
        self.say(f"  “{self.text_of(reply)}”")
        self.say(f"  charCount {before} → {self.characters()}")
        return path

    def register(self, activation_code: str) -> None:
        name = f"demo_{secrets.token_hex(4)}"
        account = {
            "username": name,
            "email": f"{name}@example.com",
            "password": secrets.token_urlsafe(12),
            "activationCode": activation_code,
        }
        reply = self.client.post("/auth/register", account)
        self.client.token = reply.json["access"]
        self.say(step("registered", reply.total_ms, name))

    def send(self, recording: Path) -> None:
        reply = self.client.upload("/user/voice", {"consent": "true"}, "audio", recording)
        size = f"{recording.name}, {recording.stat().st_size / 1000:,.0f} kB"
        self.say(step("recording accepted", reply.total_ms, size))

    def wait_for_clone(self) -> None:
        began = time.monotonic()
        while (state := self.client.get("/user/voice").json["state"]) != "pooled":
            if time.monotonic() - began > CLONE_SECONDS:
                raise Failed(f"The voice was not ready after {CLONE_SECONDS:.0f} s; its state is “{state}”.")
            self.pause()
        self.say(step("voice cloned", _ms_since(began), "in the pool"))

    def ask_for_thought(self) -> Reply:
        """Raise Failed unless audio came back."""
        headers = {"Accept": "audio/mpeg", "Idempotency-Key": secrets.token_hex(16)}
        reply = self.client.post("/perform", {"routine_type": ROUTINE, "value": VALUE}, headers)
        kind = reply.headers.get("Content-Type", "nothing")
        if kind != "audio/mpeg" or not reply.body:
            raise Failed(f"POST /perform answered {kind} of {len(reply.body)} bytes instead of audio.")
        self.say(step(f"thought of the {VALUE}: first byte", reply.first_byte_ms))
        source = reply.headers.get("X-Voice-Source", "unknown")
        self.say(step("thought spoken", reply.total_ms, f"{len(reply.body) / 1000:,.0f} kB, voice: {source}"))
        return reply

    def text_of(self, reply: Reply) -> str:
        performance = self.client.get(f"/performances/{reply.headers['X-Performance-Id']}")
        return str(performance.json["text"])

    def characters(self) -> int:
        return int(self.client.get("/user/me").json["charCount"])


def save(audio: bytes, folder: Path, now: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    subject = re.sub(r"\W+", "-", VALUE).lower()
    path = folder / f"{now:%Y%m%d-%H%M%S}-{subject}.mp3"
    path.write_bytes(audio)
    return path


def step(label: str, milliseconds: float, note: str = "") -> str:
    """Return one aligned line of the report."""
    return f"  {label:<{LABEL_WIDTH}} {milliseconds:>7,.0f} ms   {note}".rstrip()


def _ms_since(began: float) -> float:
    return (time.monotonic() - began) * 1000
