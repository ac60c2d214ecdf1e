"""How the log is written: JSON, one line an event, and of an error where it arose but not what it says."""

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from thoughtvoice.errors import DomainError

NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "message": "event"}


class Formatter(JsonFormatter):
    def __init__(self) -> None:
        fields = "%(asctime)s %(levelname)s %(name)s %(message)s"
        # Django adds the request to its records, whose query may hold what somebody searched for.
        super().__init__(fields, rename_fields=NAMES, reserved_attrs=[*RESERVED_ATTRS, "request"])

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """In UTC, and saying so: lines of several hosts are read together."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return at.replace("+00:00", "Z")

    def formatException(self, info: Any) -> str:  # noqa: N802 - logging's name
        """Databases quote the row they refuse, providers the address they were asked at: no message of
        theirs is written, only of our own refusals, which are made to be shown."""
        error: BaseException | None = info[1]
        parts: list[str] = []
        while error is not None and len(parts) < 5:
            said = f": {error.detail}" if isinstance(error, DomainError) else ""
            name = f"{type(error).__module__}.{type(error).__qualname__}"
            parts.append("".join(traceback.format_tb(error.__traceback__)) + name + said)
            error = error.__cause__ or error.__context__
        return "\nfrom\n".join(parts)


class NoFailedJobs(logging.Filter):
    """django-q2 logs a failed job with its whole traceback, message included."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.funcName != "monitor"


class NoRefusals(logging.Filter):
    """Django logs every answer of 500 and above; those that are answers and no errors have their own line."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)
