"""Django's caches, counted by django-prometheus' figures. Its own would forget a kept 0, and ask for django-redis."""

from typing import Any

from django.core.cache.backends import locmem, redis
from django_prometheus.cache import metrics

MISSING = object()


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


class RedisCache(Counted, redis.RedisCache):
    backend = "redis"

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RedisCacheClient
