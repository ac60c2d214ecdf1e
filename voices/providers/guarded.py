"""Any provider with what all its callers share: a breaker, a governor of places, and a count of calls."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from django.conf import settings

from voices.providers import figures, governor, shared
from voices.providers.base import (
    Account,
    BadSpeech,
    Delivery,
    OutcomeUnknown,
    Provider,
    ProviderDown,
    ProviderError,
    RemoteVoice,
)
from voices.providers.breaker import Breaker

OUTAGES: frozenset[type[Exception]] = frozenset({ProviderError, OutcomeUnknown})
FAILURES = OUTAGES | {BadSpeech}


def breaker_of(service: str) -> Breaker:
    return Breaker(service, OUTAGES, lambda seconds: ProviderDown(retry_after=seconds))


class Guarded(Provider):
    """`account` is our name for the account behind `provider`."""

    def __init__(self, provider: Provider, *, account: str) -> None:
        self.provider = provider
        self.name = provider.name
        self.credits_per_character = provider.credits_per_character
        self._service = f"{provider.name}:{account}"
        self._concurrency_key = f"concurrency:{self._service}"
        self.breaker = breaker_of(self._service)

    def clone(
        self, recordings: Sequence[bytes], *, name: str, labels: Mapping[str, str], deadline: float
    ) -> str:
        with self._call("clone", deadline), self._place(deadline):
            return self.provider.clone(recordings, name=name, labels=labels, deadline=deadline)

    def delete(self, remote_id: str, *, deadline: float) -> None:
        with self._call("delete", deadline):
            self.provider.delete(remote_id, deadline=deadline)

    def list(self, *, deadline: float) -> Iterator[RemoteVoice]:
        with self._call("list", deadline):
            yield from self.provider.list(deadline=deadline)

    def speak(
        self, text: str, *, remote_id: str | None, delivery: Delivery, deadline: float
    ) -> Iterator[bytes]:
        with self._call("speak", deadline), self._place(deadline, who=remote_id or ""):
            speech = self.provider.speak(text, remote_id=remote_id, delivery=delivery, deadline=deadline)
            with closing(speech):  # type: ignore[type-var]
                first = next(speech, None)
                if first is None:
                    raise BadSpeech
                yield first
                self._learn()  # what the answer's head said; the first sound need not wait for it
                yield from speech

    def account(self, *, deadline: float) -> Account:
        with self._call("account", deadline):
            told = self.provider.account(deadline=deadline)
        self._learn()
        return replace(told, concurrency=self._learned())

    def close(self) -> None:
        self.provider.close()

    @contextmanager
    def _call(self, operation: str, deadline: float) -> Iterator[None]:
        outcome, failed = "abandoned", False
        try:
            with self.breaker.watching(deadline=deadline):
                yield
            outcome = "ok"
        except ProviderError as error:
            outcome, failed = type(error).__name__, type(error) in FAILURES
            raise
        finally:
            figures.count(operation, outcome, failed=failed)

    @contextmanager
    def _place(self, deadline: float, who: str = "") -> Iterator[None]:
        size = self._learned() or settings.ELEVENLABS_CONCURRENCY
        with governor.place(self._service, size=size, who=who, deadline=deadline):
            yield

    def _learn(self) -> None:
        """Tell all processes what the plan allows at once."""
        told = self.provider.concurrency
        if told is not None and told != self._learned():
            shared.keep(self._concurrency_key, told, seconds=None)

    def _learned(self) -> int | None:
        return shared.get(self._concurrency_key)
