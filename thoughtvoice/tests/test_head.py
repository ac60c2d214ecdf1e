"""HEAD tells what GET would, and sends no body: gunicorn logs a warning for each that it has to drop."""

import io
from contextlib import closing
from typing import Any

import pytest
from django.http import FileResponse
from django.test import RequestFactory

from conftest import App
from perform.tests.stage import press
from thoughtvoice.requests import leave_out_unasked_bodies
from thoughtvoice.wsgi import application


def sent(method: str, path: str, headers: dict[str, str]) -> tuple[str, dict[str, str], bytes]:
    """As a server sees it; Django's own client would drop the body itself."""
    told: list[Any] = []
    environ = RequestFactory().generic(method, path, headers=headers).environ
    with closing(
        application(environ, lambda status, headers: told.extend([status, dict(headers)]))
    ) as answer:
        return told[0], told[1], b"".join(answer)


@pytest.mark.django_db(transaction=True)
def test_a_sound_is_told_of_and_not_sent(as_alice: App) -> None:
    path = f"/performances/{press(as_alice).json()['performance_id']}/audio"
    headers = {"Authorization": as_alice.defaults["HTTP_AUTHORIZATION"]}
    whole, told = sent("GET", path, headers), sent("HEAD", path, headers)
    assert whole[2].startswith(b"ID3")
    assert told[2] == b""
    assert told[0] == whole[0] == "200 OK"
    for name in ("ETag", "Accept-Ranges", "Content-Type", "Content-Length"):
        assert told[1][name] == whole[1][name], name


def test_what_would_be_streamed_is_not_read() -> None:
    file = io.BytesIO(b"a long archive")
    answer: Any = leave_out_unasked_bodies(lambda _: FileResponse(file))(RequestFactory().head("/"))
    assert (answer.headers["Content-Length"], b"".join(answer), file.tell()) == ("14", b"", 0)
