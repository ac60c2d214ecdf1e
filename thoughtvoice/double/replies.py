"""What a request was and what goes back over the wire, unruly endings included."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Ending = Literal["clean", "drop", "hang"]
Framing = Literal["length", "chunked", "close"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as it arrived; `operation` is filled in when a route has been found."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    operation: str = ""

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(kw_only=True)
class Reply:
    """`raw` replaces status, headers and body by bytes of its own. `finish` runs however it ends."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""
    framing: Framing = "length"
    ending: Ending = "clean"
    raw: Iterable[bytes] | None = None
    finish: Callable[[], None] = lambda: None

    def parts(self) -> Iterable[bytes]:
        return [self.body] if isinstance(self.body, bytes) else self.body


def as_json(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    body = json.dumps(data).encode()
    return Reply(status=status, headers={"Content-Type": "application/json", **(headers or {})}, body=body)
