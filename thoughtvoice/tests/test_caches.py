from thoughtvoice.caches import RedisCache


def test_questions_to_redis_share_a_client() -> None:
    cache = RedisCache("redis://127.0.0.1:1/0", {})
    assert cache._cache.get_client("one") is cache._cache.get_client("another", write=True)
