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


class RedisCache(Counted, redis.RedisCache):
    backend = "redis"
