import threading

import pytest
from django.core.cache import cache, caches

from thoughtvoice.caches import RedisCache

URL = "redis://127.0.0.1:1/0"


def test_questions_to_redis_share_a_client() -> None:
    asked = RedisCache(URL, {})._cache
    assert asked.get_client("one") is asked.get_client("another", write=True)


def test_threads_share_their_connections_to_redis(settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "thoughtvoice.caches.RedisCache", "LOCATION": URL}}
    used = []

    def use() -> None:
        used.append(caches["default"]._cache.get_client("one"))

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used[0] is used[1]


def test_what_is_counted_goes_on_from_where_it_was() -> None:
    cache.add("times", 1, 60)
    assert [cache.incr("times"), cache.incr("times", 5), cache.decr("times")] == [2, 7, 6]


def test_what_has_expired_is_not_counted_on() -> None:
    with pytest.raises(ValueError, match="times"):
        cache.incr("times")
    assert cache.get("times") is None
