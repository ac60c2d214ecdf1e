"""The double itself: which call goes where, what goes wrong on the way, and the endpoints that steer it."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Protocol, Self

from thoughtvoice.double import faults
from thoughtvoice.double.elevenlabs import ElevenLabs
from thoughtvoice.double.faults import Fault, Script
from thoughtvoice.double.gemini import Gemini
from thoughtvoice.double.replies import Call, Reply, as_json
from thoughtvoice.double.server import Server
from thoughtvoice.double.state import Refused, Settings, Workspace

Route = tuple[str, str, str, Callable[..., Reply]]


class Service(Protocol):
    """One provider's protocol: method, path, operation and handler of each call, and its own faults."""

    altered: Mapping[str, Callable[[Reply], Reply]]

    @property
    def refused(self) -> Iterable[str]: ...

    @property
    def routes(self) -> list[Route]: ...

    def authorise(self, call: Call) -> None: ...

    def refusal(self, fault: Fault) -> Reply | None: ...


class Double:
    """Both providers on one loopback port, from `start` (or `with`) to `stop`.

    `workspace` is what they know, `script` what goes wrong next, `connections` how many TCP connections
    were accepted since the last `reset`.
    """

    def __init__(
        self, settings: Settings | None = None, *, port: int = 0, script: Script | None = None
    ) -> None:
        self._stopping = threading.Event()
        self._first_settings = settings or Settings()
        self.reset(script=script)
        self._server = Server(port, answer=self.answer, accepted=self._count, stopping=self._stopping)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="double")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *reason: object) -> None:
        self.stop()

    def reset(self, settings: Settings | None = None, *, script: Script | None = None) -> None:
        """A new account with nothing in it, under the given settings or the first ones."""
        self.workspace = Workspace(settings or self._first_settings)
        self.script = script or Script()
        self.elevenlabs = ElevenLabs(self.workspace, self._stopping.wait)
        self.gemini = Gemini(self.workspace, self._stopping.wait)
        self.connections = 0

    def expect(self, operation: str, kind: str, **details: Any) -> None:
        """A fault for the next calls, as Script.add. Raises: ValueError, with the names that there are."""
        services: tuple[Service, ...] = (self.elevenlabs, self.gemini)
        operations = {name: service for service in services for _, _, name, _ in service.routes}
        if operation not in {"*", *operations}:
            raise ValueError(f"There is no operation “{operation}”. Choose among *, {', '.join(operations)}.")
        kinds = {*faults.STATUSES, *faults.REPLACED, *faults.ALTERED}
        for service in services if operation == "*" else [operations[operation]]:
            kinds |= {*service.altered, *service.refused}
        if kind not in kinds:
            raise ValueError(f"{operation} knows no fault “{kind}”. Choose among {', '.join(sorted(kinds))}.")
        self.script.add(operation, kind, **details)

    def _count(self) -> None:
        self.connections += 1

    def answer(self, call: Call) -> Reply:
        if call.path.startswith("/_double/"):
            return self._steered(call)
        services: tuple[Service, ...] = (self.elevenlabs, self.gemini)
        for service in services:
            for method, pattern, operation, handle in service.routes:
                match = re.fullmatch(pattern, call.path)
                if match and method == call.method:
                    call = replace(call, operation=operation)
                    self.workspace.receive(call)
                    return self._met(call, service, partial(_done, service, handle, call, match.groups()))
        return as_json({"detail": "Not Found"}, status=404)

    def _met(self, call: Call, service: Service, work: Callable[[], Reply]) -> Reply:
        """The work's answer, or what the fault that waits for this operation makes of it."""
        fault = self.script.take(call.operation)
        if fault is None:
            return work()
        self.workspace.record("fault", operation=call.operation, kind=fault.kind)
        if fault.kind in service.altered:
            return service.altered[fault.kind](work())
        if fault.kind in faults.ALTERED:
            return faults.alter(fault, work(), pause=self._stopping.wait)
        instead = service.refusal(fault) or faults.instead(fault, pause=self._stopping.wait)
        if instead is None:
            return as_json({"detail": f"The double knows no fault {fault.kind!r}."}, status=501)
        return replace(instead, finish=work().finish) if fault.after else instead

    def _steered(self, call: Call) -> Reply:
        match call.method, call.path.removeprefix("/_double/"):
            case "POST", "faults":
                try:
                    self.expect(**call.json())
                except ValueError as unknown:
                    return as_json({"detail": str(unknown)}, status=400)
            case "POST", "reset":
                self.reset(Settings(**call.json()) if call.body else None)
            case "POST", "voices":
                self.workspace.add_by_hand(**call.json())
            case "GET", "log":
                return as_json({"events": self.workspace.events, "settings": asdict(self.workspace.settings)})
            case _:
                return as_json({"detail": "Not Found"}, status=404)
        return as_json({"status": "ok"})


def _done(service: Service, handle: Callable[..., Reply], call: Call, place: tuple[str, ...]) -> Reply:
    try:
        service.authorise(call)
        return handle(call, *place)
    except Refused as refused:
        return service.refusal(Fault(kind=refused.kind)) or as_json({"detail": refused.kind}, status=500)
