"""ElevenLabs behind our contract; the only module that imports its SDK.

Nothing is hidden: the SDK's retries are off (a repeated upload loses its form fields and may take a second
place), every wait is bounded from outside, and each failure is logged here and leaves as one of ours.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx
from elevenlabs import VoiceSettings
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.core.parse_error import ParsingError
from elevenlabs.core.request_options import RequestOptions

from voices.providers import elevenlabs_errors, outgoing
from voices.providers.base import (
    Account,
    BadRecording,
    BadSpeech,
    Delivery,
    OutcomeUnknown,
    Provider,
    ProviderError,
    ProviderRefused,
    RemoteVoice,
    Sex,
    TextRefused,
    VoiceGone,
)
from voices.providers.elevenlabs_answers import figure, instant, remote_voice, sound
from voices.providers.elevenlabs_errors import Operation
from voices.providers.outgoing import MEGABYTE, Limits
from voices.providers.repeating import repeatedly
from voices.providers.speech_check import checked, longest

FIRST_BYTE_SECONDS = 5.0
IDLE_SECONDS = 5.0
PAGES = 100
PAGE_SIZE = 100
UNREADABLE = (
    httpx.HTTPError,
    httpx.StreamError,
    ParsingError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
)
"""What else than ApiError comes out of the SDK: transport failures, and bodies that it stumbles over, such as
a list where an object is meant (TypeError)."""

ONCE = RequestOptions(max_retries=0)
AS_IT_COMES = RequestOptions(max_retries=0, chunk_size=None)  # type: ignore[typeddict-item]
"""Given a size, the SDK would hold every chunk back until it is full."""

logger = logging.getLogger("thoughtvoice.providers")


class ElevenLabsProvider(Provider):
    """One account, and what one model takes and costs. `default_voice_ids` are the generic voices, by sex or
    one for all."""

    name = "elevenlabs"

    def __init__(
        self,
        *,
        api_key: str,
        model: str,
        default_voice_ids: Mapping[Sex, str] | str,
        base_url: str | None = None,
        takes_language: bool = True,
        max_characters: int = 5_000,
        credits_per_character: float = 1.0,
    ) -> None:
        self._api_key = api_key
        self._model = model
        self._default_voice_ids = default_voice_ids
        self._base_url = base_url
        self._takes_language = takes_language
        self._max_characters = max_characters
        self.credits_per_character = credits_per_character
        self._connected = outgoing.PerProcess(self._connect)

    def _connect(self) -> tuple[httpx.Client, ElevenLabs]:
        http = outgoing.client()
        return http, ElevenLabs(api_key=self._api_key, base_url=self._base_url, httpx_client=http)

    def _sdk(self) -> ElevenLabs:
        return self._connected.get()[1]

    def close(self) -> None:
        """Close this process's connections; the next call opens new ones."""
        if connected := self._connected.take():
            connected[0].close()

    def clone(
        self, recordings: Sequence[bytes], *, name: str, labels: Mapping[str, str], deadline: float
    ) -> str:
        files = [
            (f"recording-{number}.flac", recording, "audio/flac")
            for number, recording in enumerate(recordings, 1)
        ]
        with _asking("clone", Limits(deadline=deadline)):
            made = self._sdk().voices.ivc.create(
                name=name,
                files=files,
                labels=dict(labels),
                remove_background_noise=False,
                request_options=ONCE,
            )
        remote_id = getattr(made, "voice_id", None)
        if not isinstance(remote_id, str) or not remote_id:
            raise _logged("clone", OutcomeUnknown(), status=200)
        if made.requires_verification:
            self._withdraw(remote_id, deadline=deadline)
        return remote_id

    def _withdraw(self, remote_id: str, *, deadline: float) -> None:
        """A voice that its owner must first verify by hand holds a place and cannot speak."""
        try:
            self.delete(remote_id, deadline=deadline)
        except ProviderError:
            raise OutcomeUnknown from None
        raise _logged("clone", BadRecording(), status=200, code="requires_verification")

    def delete(self, remote_id: str, *, deadline: float) -> None:
        try:
            repeatedly(partial(self._delete, remote_id, deadline=deadline), deadline=deadline)
        except VoiceGone:
            return

    def _delete(self, remote_id: str, *, deadline: float) -> None:
        with _asking("delete", _brisk(deadline)):
            answer = self._sdk().voices.delete(remote_id, request_options=ONCE)
        if getattr(answer, "status", None) != "ok":
            raise _logged("delete", OutcomeUnknown(), status=200)

    def list(self, *, deadline: float) -> Iterator[RemoteVoice]:
        token = None
        for _ in range(PAGES):
            page = repeatedly(partial(self._page, token, deadline=deadline), deadline=deadline)
            yield from (remote_voice(voice) for voice in page.voices if voice.category != "premade")
            if not page.has_more:
                return
            token = page.next_page_token
        raise _logged("list", ProviderError(), status=200, code="endless_pages")

    def _page(self, token: str | None, *, deadline: float) -> Any:
        with _asking("list", _brisk(deadline)):
            page = self._sdk().voices.search(
                next_page_token=token, page_size=PAGE_SIZE, voice_type="non-default", request_options=ONCE
            )
        if not sound(page, after=token):
            raise _logged("list", ProviderError(), status=200, code="strange_page")
        return page

    def account(self, *, deadline: float) -> Account:
        return repeatedly(partial(self._account, deadline=deadline), deadline=deadline)

    def _account(self, *, deadline: float) -> Account:
        with _asking("account", _brisk(deadline)):
            plan = self._sdk().user.subscription.get(request_options=ONCE)
        voice_limit, voices_used = figure(plan, "voice_limit"), figure(plan, "voice_slots_used")
        if voice_limit is None or voices_used is None:
            raise _logged("account", ProviderError(), status=200, code="strange_figures")
        return Account(
            voice_limit=voice_limit,
            voices_used=voices_used,
            creations_limit=figure(plan, "max_voice_add_edits"),
            creations_used=figure(plan, "voice_add_edit_counter"),
            characters_limit=figure(plan, "character_limit"),
            characters_used=figure(plan, "character_count"),
            resets_at=instant(figure(plan, "next_character_count_reset_unix")),
            concurrency=self.concurrency,
        )

    def speak(
        self, text: str, *, remote_id: str | None, delivery: Delivery, deadline: float
    ) -> Iterator[bytes]:
        if len(text) > self._max_characters:
            raise TextRefused("This text is too long to be spoken.")
        if remote_id is not None:
            yield from self._spoken(text, remote_id, delivery, deadline)
            return
        try:
            yield from self._spoken(text, self._generic_voice(delivery.sex), delivery, deadline)
        except VoiceGone:
            raise ProviderRefused("The generic voice is not there.") from None

    def _spoken(self, text: str, voice_id: str, delivery: Delivery, deadline: float) -> Iterator[bytes]:
        with _told("speak"), self._speech(text, voice_id, delivery, deadline) as answer:
            self._note_concurrency(answer.headers)
            _refuse_other_media(answer)
            try:
                yield from checked(answer.data, text=text)
            except BadSpeech as error:
                raise _logged("speak", error, status=200, headers=answer.headers) from None

    def _generic_voice(self, sex: Sex) -> str:
        voices = self._default_voice_ids
        return voices if isinstance(voices, str) else voices[sex]

    @contextmanager
    def _speech(self, text: str, voice_id: str, delivery: Delivery, deadline: float) -> Iterator[Any]:
        limits = Limits(
            deadline=deadline,
            first_byte=FIRST_BYTE_SECONDS,
            idle=IDLE_SECONDS,
            max_bytes=2 * longest(text) + MEGABYTE,
        )
        with ExitStack() as opened:
            with outgoing.limited(limits):
                call = self._sdk().text_to_speech.with_raw_response.stream(
                    voice_id, text=text, **self._manner(delivery)
                )
                answer = opened.enter_context(call)
            yield answer

    def _manner(self, delivery: Delivery) -> dict[str, Any]:
        settings = VoiceSettings(
            stability=delivery.stability,
            similarity_boost=delivery.similarity,
            style=delivery.style,
            use_speaker_boost=delivery.speaker_boost,
            speed=delivery.speed,
        )
        language = {"language_code": delivery.language} if self._takes_language else {}
        return {
            "model_id": self._model,
            "output_format": "pcm_24000",
            "voice_settings": settings,
            "request_options": AS_IT_COMES,
            **language,
        }

    def _note_concurrency(self, headers: Mapping[str, str]) -> None:
        told = headers.get("maximum-concurrent-requests", "")
        if told.isdecimal():
            self.concurrency = int(told)


def _brisk(deadline: float) -> Limits:
    return Limits(deadline=deadline, first_byte=FIRST_BYTE_SECONDS, idle=IDLE_SECONDS)


@contextmanager
def _asking(operation: Operation, limits: Limits) -> Iterator[None]:
    with _told(operation), outgoing.limited(limits):
        yield


@contextmanager
def _told(operation: Operation) -> Iterator[None]:
    """Whatever the SDK raises inside leaves as one of our errors, without the provider's words in it."""
    try:
        yield
    except ApiError as error:
        raise _refused(operation, error.status_code or 0, error.headers or {}, error.body) from None
    except UNREADABLE as error:
        ours = elevenlabs_errors.failure(operation, error)
        raise _logged(operation, ours, code=type(error).__name__) from None


def _refused(operation: Operation, status: int, headers: Mapping[str, str], body: Any) -> ProviderError:
    ours = elevenlabs_errors.refusal(operation, status=status, headers=headers, body=body)
    code = elevenlabs_errors.said(body).code
    return _logged(operation, ours, status=status, code=code, headers=headers)


def _logged(
    operation: Operation,
    error: ProviderError,
    *,
    status: int | None = None,
    code: str = "",
    headers: Mapping[str, str] | None = None,
) -> ProviderError:
    """Note the failure for the operator: never the key, the text, a voice's id or the provider's sentence."""
    facts = {
        "operation": operation,
        "outcome": type(error).__name__,
        "status": status,
        "code": code,
        "provider_request_id": (headers or {}).get("request-id", ""),
    }
    logger.log(_level(operation, error), "A call to ElevenLabs failed.", extra=facts)
    return error


def _level(operation: Operation, error: ProviderError) -> int:
    if operation == "delete" and isinstance(error, VoiceGone):
        return logging.INFO
    return logging.WARNING if error.retryable else logging.ERROR


def _refuse_other_media(answer: Any) -> None:
    """A 200 that carries JSON or a page instead of sound; what it says decides."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith(("audio/", "application/octet-stream")):
        return
    body = json.loads(b"".join(answer.data)) if "json" in kind else None
    raise _refused("speak", answer.status_code, answer.headers, body)
