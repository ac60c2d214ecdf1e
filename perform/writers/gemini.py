"""Gemini behind our contract; the only module that imports its SDK.

The SDK waits for ever and judges nothing: here every call ends by its deadline, once, and only a text that
was written to its end counts.
"""

import logging
import time
from concurrent.futures import Future, as_completed
from functools import partial

import httpx
from google import genai
from google.genai import errors, types

from perform.concurrently import started
from perform.writers import gemini_answer, gemini_prompt
from perform.writers.base import Brief, Writer, WriterError
from perform.writers.gemini_answer import ModelUnavailable
from perform.writers.gemini_prompt import Prompt
from voices.providers import outgoing
from voices.providers.outgoing import Limits

OUTPUT_TOKENS = 2_048
"""Bounds what is thought and what is written together, so it leaves far more room than a thought needs."""

HEDGE_AFTER = 0.6
"""Share of the time after which a second request is sent beside one that has not answered."""

SHORTEST_SERVER_TIMEOUT_MS = 10_000
"""The service refuses to be given less; ours is kept on this side."""

UNREADABLE = (
    *(httpx.HTTPError, httpx.StreamError),
    *(ValueError, TypeError, AttributeError, LookupError, RuntimeError),
)
"""What else than APIError comes out of the SDK; RuntimeError from a client that was closed meanwhile."""

Outcome = str | WriterError

logger = logging.getLogger("thoughtvoice.writers")


class GeminiWriter(Writer):
    """`fallback_model` is asked when `model` is unavailable or slow; without one, the slow one again."""

    source = "gemini"

    def __init__(
        self, *, api_key: str, model: str, fallback_model: str = "", base_url: str | None = None
    ) -> None:
        self._api_key = api_key
        self._model = model
        self._fallback_model = fallback_model
        self._base_url = base_url
        self._connected = outgoing.PerProcess(self._connect)

    def _connect(self) -> tuple[httpx.Client, genai.Client]:
        http = outgoing.client()
        # Never used beside our client, but the SDK would read all certificates twice to make its own.
        trust = outgoing.trust()
        options = types.HttpOptions(
            base_url=self._base_url,
            httpx_client=http,
            client_args={"verify": trust},
            async_client_args={"verify": trust, "ssl": trust},
        )
        return http, genai.Client(api_key=self._api_key, vertexai=False, http_options=options)

    def _sdk(self) -> genai.Client:
        return self._connected.get()[1]

    def warm(self, *, deadline: float) -> None:
        """Look the model up: that opens a connection and costs nothing."""
        try:
            with outgoing.limited(Limits(deadline=deadline)):
                self._sdk().models.get(model=self._model)
        except errors.APIError as error:
            raise _logged(gemini_answer.failure(error.code, error.details), self._model, told=error) from None
        except UNREADABLE as error:
            raise _logged(ModelUnavailable(), self._model, told=error) from None

    def close(self) -> None:
        if connected := self._connected.take():
            connected[0].close()

    def write(self, brief: Brief, *, deadline: float, stricter: bool = False) -> str:
        prompt = gemini_prompt.compose(brief, stricter=stricter)
        ask = partial(self._ask, prompt, seed=brief.seed, deadline=deadline)
        asked = [started(partial(ask, model=self._model))]
        try:
            first = asked[0].result(timeout=HEDGE_AFTER * (deadline - time.monotonic()))
        except TimeoutError:
            asked.append(started(partial(ask, model=self._fallback_model or self._model)))
        else:
            if not (isinstance(first, ModelUnavailable) and self._fallback_model):
                return _text(first)
            asked = [started(partial(ask, model=self._fallback_model))]
        return _first_text(asked, deadline=deadline)

    def _ask(self, prompt: Prompt, *, model: str, seed: int | None, deadline: float) -> Outcome:
        try:
            with outgoing.limited(Limits(deadline=deadline)), outgoing.closing():
                pieces = self._sdk().models.generate_content_stream(
                    model=model, contents=prompt.material, config=_config(prompt, model, seed, deadline)
                )
                return gemini_answer.thought(pieces)
        except WriterError as error:
            return _logged(error, model)
        except errors.APIError as error:
            return _logged(
                gemini_answer.failure(error.code, error.details), model, status=error.code, told=error
            )
        except UNREADABLE as error:
            return _logged(ModelUnavailable(), model, told=error)


def _config(prompt: Prompt, model: str, seed: int | None, deadline: float) -> types.GenerateContentConfig:
    milliseconds = int((deadline - time.monotonic()) * 1000)
    return types.GenerateContentConfig(
        system_instruction=prompt.instruction,
        max_output_tokens=OUTPUT_TOKENS,
        candidate_count=1,
        seed=None if seed is None else seed & 0x7FFFFFFF,
        thinking_config=thinking(model),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        http_options=types.HttpOptions(
            timeout=max(milliseconds, SHORTEST_SERVER_TIMEOUT_MS), api_version=api_version(model)
        ),
    )


def thinking(model: str) -> types.ThinkingConfig | None:
    """As little as the family allows; each refuses the other's way of saying so."""
    if model.startswith("gemini-2.5"):
        return types.ThinkingConfig(thinking_budget=128 if "pro" in model else 0)
    if model.startswith("gemini-3"):
        level = types.ThinkingLevel.LOW if "pro" in model else types.ThinkingLevel.MINIMAL
        return types.ThinkingConfig(thinking_level=level)
    return None


def api_version(model: str) -> str:
    """The `-latest` names exist only in the beta."""
    return "v1beta" if model.endswith("-latest") else "v1"


def _first_text(asked: "list[Future[Outcome]]", *, deadline: float) -> str:
    """One that has lost the race ends by its deadline at the latest."""
    outcome: Outcome = ModelUnavailable()
    try:
        for answered in as_completed(asked, timeout=deadline - time.monotonic()):
            outcome = answered.result()
            if isinstance(outcome, str):
                break
    except TimeoutError:
        pass
    return _text(outcome)


def _text(outcome: Outcome) -> str:
    if isinstance(outcome, WriterError):
        raise outcome
    return outcome


def _logged(
    error: WriterError, model: str, *, status: int | None = None, told: Exception | None = None
) -> WriterError:
    """Note the failure for the operator: never the key, the value, the text or the service's sentence."""
    facts = {
        "operation": "write",
        "outcome": type(error).__name__,
        "status": status,
        "code": gemini_answer.code(told) if told else "",
        "model": model,
    }
    level = logging.WARNING if error.retryable else logging.ERROR
    logger.log(level, "A call to Gemini failed.", extra=facts)
    return error
