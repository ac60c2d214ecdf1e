"""The double's HTTP side: a thread for each connection, keep-alive, framing, and endings of all kinds."""

import select
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from thoughtvoice.double.replies import Call, Reply


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        *,
        answer: Callable[[Call], Reply],
        accepted: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        self.answer = answer
        self.accepted = accepted
        self.stopping = stopping
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.accepted()
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: callers hang up on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *arguments: Any) -> None:
        """Requests are in the workspace's log."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_GET  # noqa: N815 - names that http.server prescribes

    def _serve(self) -> None:
        reply = self.server.answer(self._call())
        try:
            self._send(reply)
        finally:
            reply.finish()

    def _call(self) -> Call:
        where = urlsplit(self.path)
        return Call(
            method=self.command,
            path=where.path,
            query=dict(parse_qsl(where.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )

    def _send(self, reply: Reply) -> None:
        if reply.raw is None:
            self._send_head(reply)
            for part in reply.parts():
                self._send_part(part, chunked=reply.framing == "chunked")
        else:
            for part in reply.raw:
                self.wfile.write(part)
        if reply.ending == "clean":
            self.wfile.write(b"0\r\n\r\n" if reply.framing == "chunked" else b"")
        if reply.ending == "hang":
            self._wait_for_the_caller_to_leave()
        if reply.ending != "clean" or reply.framing == "close":
            self.close_connection = True

    def _send_head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.framing == "close":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(sum(len(part) for part in self._whole(reply))))
        self.end_headers()

    def _whole(self, reply: Reply) -> list[bytes]:
        reply.body = b"".join(reply.parts())
        return [reply.body]

    def _send_part(self, part: bytes, *, chunked: bool) -> None:
        if chunked and part:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        elif part:
            self.wfile.write(part)

    def _wait_for_the_caller_to_leave(self) -> None:
        while not self.server.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.05)
            if readable:
                return
