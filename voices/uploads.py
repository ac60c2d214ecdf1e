"""The recordings of a request, bounded while they are read: nothing here believes a name or a declared type."""

import base64
import binascii
import re
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser

from thoughtvoice.errors import DomainError

ENVELOPE_BYTES = 64 * 1024
"""For everything in a request that is not sound."""
DATA_URL = re.compile(r"\s*data:[^,]{0,200};base64,", re.IGNORECASE)


class SampleTooLarge(DomainError):
    code = "too_large"
    status = 413
    title = "The recording is too large"

    def __init__(self) -> None:
        most = settings.MAX_VOICE_BYTES / 2**20
        super().__init__(f"Send at most {most:.1f} MB a recording: record as AAC or Opus rather than WAV.")


class TooManyFiles(DomainError):
    code = "too_many_files"
    status = 413
    title = "Too many recordings at once"

    def __init__(self) -> None:
        super().__init__(f"Send at most {settings.MAX_VOICE_FILES} recordings together.")


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep files, and stops at the first byte too many."""

    files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > settings.MAX_VOICE_FILES:
            raise TooManyFiles

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.MAX_VOICE_BYTES:
            raise SampleTooLarge
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class Multipart(MultiPartParser):
    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        _check_length(request, settings.MAX_VOICE_FILES * settings.MAX_VOICE_BYTES)
        request.upload_handlers.insert(0, Bounded())
        try:
            return super().parse(stream, media_type, parser_context)
        except RequestDataTooBig:
            raise
        except SuspiciousOperation:
            raise ParseError("There are more fields than any form of ours has.") from None


class Json(JSONParser):
    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        # Four characters for three bytes, and line breaks.
        _check_length(parser_context["request"], settings.MAX_VOICE_BYTES * 7 // 5)
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This is nested deeper than anything we understand.") from None


def bounds() -> dict[str, float]:
    return {
        "min_seconds": settings.SAMPLE_MIN_SECONDS,
        "max_seconds": settings.SAMPLE_MAX_SECONDS,
        "max_bytes": settings.MAX_VOICE_BYTES,
        "max_files": settings.MAX_VOICE_FILES,
    }


def from_base64(text: str) -> bytes:
    """Plain or as a data URL, in either alphabet, padded or not. Raises: ValueError."""
    coded = "".join(DATA_URL.sub("", text, count=1).split()).translate({ord("-"): "+", ord("_"): "/"})
    try:
        return base64.b64decode(coded.rstrip("=") + "=" * (-len(coded.rstrip("=")) % 4), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64") from None


def _check_length(request: Any, most: int) -> None:
    """What the header promises is all that Django lets us read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > most + ENVELOPE_BYTES:
        raise SampleTooLarge
