"""What processes tell one another about a provider, in Django's cache.

None of it is worth a failed call: without the cache, nothing is known and nothing is kept.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.cache import cache
from redis import RedisError

P = ParamSpec("P")
T = TypeVar("T")

FRESH_SECONDS = 1.0
NEVER = (float("-inf"), None)

log = logging.getLogger("thoughtvoice.providers")

_seen: dict[str, tuple[float, Any]] = {}


def _or(without: T) -> Callable[[Callable[P, T]], Callable[P, T]]:
    def decorate(ask: Callable[P, T]) -> Callable[P, T]:
        @wraps(ask)
        def asked(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return ask(*args, **kwargs)
            except RedisError:
                log.exception("cache_unreachable")
                return without

        return asked

    return decorate


@_or(None)
def get(key: str) -> Any:
    """As it is; what another process changed is known FRESH_SECONDS later."""
    name, now = cache.make_key(key), time.monotonic()
    at, seen = _seen.get(name, NEVER)
    if now - at < FRESH_SECONDS:
        return seen
    found = cache.get(key)
    _seen[name] = now, found
    return found


@_or(None)
def keep(key: str, value: Any, *, seconds: float | None) -> None:
    cache.set(key, value, seconds)
    _look_again(key)


@_or(True)
def claim(key: str, *, seconds: float) -> bool:
    """Whether nobody else has claimed it."""
    return bool(cache.add(key, True, seconds))


@_or(0)
def count(key: str, *, seconds: float) -> int:
    """How often it was counted, this time included, since it was last forgotten."""
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it was forgotten between the two
        return 1
    finally:
        _look_again(key)


@_or(0)
def total(keys: Iterable[str]) -> int:
    return sum(cache.get_many(list(keys)).values())


@_or(None)
def forget(*keys: str) -> None:
    cache.delete_many(keys)
    _look_again(*keys)


def _look_again(*keys: str) -> None:
    for key in keys:
        _seen.pop(cache.make_key(key), None)
