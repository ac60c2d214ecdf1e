"""What a JSON body may hold."""

import json
import math
from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

LONGEST_INTEGER = 18
"""Digits: what every database and every phone can hold."""


class StrictJSONParser(BaseParser):
    """JSON in UTF-8 that every later step can store and send back.

    Refused with 400, wherever in the body they stand: NUL, which PostgreSQL does not store; halves of
    surrogate pairs, which are no Unicode; NaN and numbers beyond all range; nesting without end.
    """

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = json.loads(
                stream.read().decode(), parse_constant=_refuse, parse_int=_integer, parse_float=_finite
            )
            for text in _texts(data):
                _storable(text)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"The body cannot be read as JSON: {_told(error)}.") from None
        return data


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)
    elif isinstance(data, dict):
        for name, item in data.items():
            yield name
            yield from _texts(item)


def _storable(text: str) -> None:
    if "\0" in text:
        raise ValueError("a text holds a NUL character")
    if not text.isascii():
        text.encode()


def _told(error: ValueError) -> str:
    """The reason, without what was sent."""
    return "it is not valid Unicode" if isinstance(error, UnicodeError) else str(error)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:
        raise ValueError("a number is too large")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
