"""The root of everything we refuse; imports nothing of ours, so that every app may use it."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal that reaches the caller as application/problem+json (RFC 9457).

    Subclasses stand beside the function that raises them and set `code` (stable, for programs),
    `status` (HTTP), `title` and `retryable`. `detail` is one sentence for a person that says what to
    do next: safe to show, so it never holds ids, texts or provider messages. `retry_after` is in
    seconds. `errors` maps a field to its messages. `more` are further members of the problem.
    """

    code = "bad_request"
    status = 400
    title = "The request cannot be carried out"
    retryable = False

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: float | None = None,
        errors: Mapping[str, list[str]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.retry_after = retry_after
        self.errors = errors
        self.more = more
