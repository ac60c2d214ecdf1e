"""How often somebody may ask: django-ratelimit's counters as DRF throttles.

Each view names its limits; what remains of the tightest goes into the RateLimit header fields
(draft-ietf-httpapi-ratelimit-headers). Rates stand in settings.RATE_LIMITS, such as "30/m".
"""

import hashlib
import ipaddress
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import _split_rate, get_usage
from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import names

log = logging.getLogger("thoughtvoice.limits")

UNIX_SOCKET = "127.0.0.1"
"""Who connects over one has no address."""


def client_ip(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw; without proxies, who connects."""
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    given = hops[-proxies].strip() if 0 < proxies <= len(hops) else ""
    return given if _is_address(given) else request.META.get("REMOTE_ADDR") or UNIX_SOCKET


class Limit(BaseThrottle):
    """At most so many requests of one kind in a while, counted by `key`."""

    name: str
    key: Callable[[Request], str] | str

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = self.key if isinstance(self.key, str) else _hashed(self.key(request))
        usage = key and _count(request._request, self.name, key)
        if not usage:
            return True  # names no account or code, and will be refused for that; or nobody can count
        self._wait: float = usage["time_left"]
        _show(request._request, self.name, usage)
        return not usage["should_limit"]

    def wait(self) -> float:
        return self._wait


def seconds_to_wait(request: HttpRequest, name: str, *, on: str = "") -> int:
    """Count one more by this address, or on this account from wherever: 0 if it may be."""
    usage = _count(request, name, _hashed(names.key(on)) if on else "ip")
    return max(1, usage["time_left"]) if usage and usage["should_limit"] else 0


Key = str | Callable[[str, HttpRequest], str]


def _hashed(value: str) -> Key:
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest() if value else ""
    return digest and (lambda group, request: digest)


def _count(request: HttpRequest, name: str, key: Key) -> dict[str, Any] | None:
    try:
        return get_usage(request, group=name, key=key, rate=settings.RATE_LIMITS[name], increment=True)
    except RedisError:
        # A show goes on without its limits sooner than the limits without a show.
        log.exception("cache_unreachable")
        return None


def by_ip(name: str) -> type[Limit]:
    return type("LimitByAddress", (Limit,), {"name": name, "key": "ip"})


def by_user(name: str) -> type[Limit]:
    return type("LimitByUser", (Limit,), {"name": name, "key": "user_or_ip"})


def by_field(name: str, field: str) -> type[Limit]:
    """Counts attempts on one account or code, from wherever they come."""
    return type("LimitByField", (Limit,), {"name": name, "key": staticmethod(_reader(field))})


def _reader(field: str) -> Callable[[Request], str]:
    def read(request: Request) -> str:
        value = request.data.get(field) if isinstance(request.data, dict) else None
        return names.key(value) if isinstance(value, str) else ""

    return read


def _show(request: HttpRequest, name: str, usage: dict[str, Any]) -> None:
    remaining = max(0, usage["limit"] - usage["count"])
    shown = getattr(request, "rate_limit", None)
    if shown is None or remaining < shown["remaining"]:
        request.rate_limit = {  # type: ignore[attr-defined]
            "name": name,
            "limit": usage["limit"],
            "remaining": remaining,
            "reset": usage["time_left"],
            "window": _split_rate(settings.RATE_LIMITS[name])[1],
        }


def _is_address(given: str) -> bool:
    try:
        ipaddress.ip_address(given)
    except ValueError:
        return False
    return True
