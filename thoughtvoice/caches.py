"""Django's caches, counted by django-prometheus' figures. Its own would forget a kept 0, and ask for django-redis."""

from functools import cache
from typing import Any

from django.core.cache.backends import locmem, redis
from django_prometheus.cache import metrics

MISSING = object()
INCREASED = "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('INCRBY', KEYS[1], ARGV[1])"


class Counted:
    backend: str

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        metrics.django_cache_get_total.labels(self.backend).inc()
        try:
            found = super().get(key, MISSING, version)  # type: ignore[misc]
        except Exception:
            metrics.django_cache_get_fail_total.labels(self.backend).inc()
            raise
        hit = found is not MISSING
        (metrics.django_cache_hits_total if hit else metrics.django_cache_misses_total).labels(
            self.backend
        ).inc()
        return found if hit else default


class LocMemCache(Counted, locmem.LocMemCache):
    backend = "locmem"


class RedisCacheClient(redis.RedisCacheClient):
    """Keeps its client of redis-py, as there is one server; Django makes one for each question, which takes
    longer than the answer."""

    _kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self._kept is None:
            self._kept = super().get_client(key, write=write)
        return self._kept

    def incr(self, key: Any, delta: int) -> int:
        """In one step: between the two of Django's the key may expire, and the one that it made then never would."""
        increased = self.get_client(key, write=True).eval(INCREASED, 1, key, delta)
        if increased is None:
            raise ValueError(f"Key '{key}' not found.")
        return int(increased)


@cache
def _client(server: str) -> RedisCacheClient:
    """For all threads of the process: Django has one, and a connection, for each, and opens it anew with the two
    or three that a performance begins."""
    return RedisCacheClient([server])


class RedisCache(Counted, redis.RedisCache):
    backend = "redis"

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._cache = _client(server)
