import pytest
from django.test import RequestFactory

from voices.ranges import RangeNotSatisfiable, ranged

DATA = bytes(range(100))


def ask(**headers: str):
    request = RequestFactory().get("/", headers=headers)
    return ranged(request, DATA, content_type="audio/flac", etag="abc")


@pytest.mark.parametrize(
    ("asked", "content_range", "part"),
    [
        ("bytes=0-9", "bytes 0-9/100", DATA[:10]),
        ("bytes=0-0", "bytes 0-0/100", DATA[:1]),
        ("bytes=90-", "bytes 90-99/100", DATA[90:]),
        ("bytes=90-500", "bytes 90-99/100", DATA[90:]),
        ("bytes=-10", "bytes 90-99/100", DATA[90:]),
        ("bytes=-500", "bytes 0-99/100", DATA),
        ("Bytes= 5-6 ", "bytes 5-6/100", DATA[5:7]),
    ],
)
def test_a_part_is_given(asked: str, content_range: str, part: bytes) -> None:
    answer = ask(Range=asked)
    assert (answer.status_code, answer["Content-Range"], answer.content) == (206, content_range, part)


@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,5-6", "lines=0-5", "bytes=٣-", "bytes=a-b"],
)
def test_what_cannot_be_read_gets_the_whole(asked: str) -> None:
    answer = ask(Range=asked)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert "Content-Range" not in answer


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"])
def test_a_part_beyond_the_end_is_refused(asked: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        ask(Range=asked)
    assert (refused.value.status, refused.value.length) == (416, 100)


def test_every_answer_says_what_it_is_and_that_parts_can_be_had() -> None:
    for answer in (ask(), ask(Range="bytes=0-9")):
        assert (answer["ETag"], answer["Accept-Ranges"]) == ('"abc"', "bytes")
        assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("known", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_who_has_it_is_sent_nothing(known: str) -> None:
    answer = ask(**{"If-None-Match": known})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"abc"')


@pytest.mark.parametrize(
    ("holds", "status"),
    [('"abc"', 206), ('"old"', 200), ('W/"abc"', 200), ("Mon, 23 Nov 2026 20:00:00 GMT", 200)],
)
def test_a_part_of_another_version_is_never_mixed_in(holds: str, status: int) -> None:
    assert ask(Range="bytes=0-9", **{"If-Range": holds}).status_code == status
