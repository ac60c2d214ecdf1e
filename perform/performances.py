"""The life of a performance: write, and beside it reserve and cast; speak, and end in exactly one of done
and failed."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from accounts import idempotency, quota
from accounts.models import Attempt, Charge, User
from perform import backgrounds, figures, routines, synthesis, thoughts
from perform.concurrently import started
from perform.encoding import AUDIBLE, Hearing, Mp3Encoder, id3
from perform.mixing import Mixer
from perform.models import Performance, Routine
from perform.spoken import spoken_form
from perform.streaming import Spool
from perform.thoughts import Thought, Writing
from thoughtvoice.errors import DomainError
from voices.providers import governor
from voices.providers.base import BadSpeech, Delivery, ProviderBusy, ProviderError, VoiceGone

ROOM_FOR_WORDS = 160
"""Characters that a thought may have beside its value; what is held until it is written."""

WRITING, CASTING = 0.5, 0.7
"""Shares of the deadline by which the thought is written and the voice is there; the rest is for speaking."""

GRACE_SECONDS = 5.0
AT_ONCE = 16_384
"""Bytes that a connection takes even from a phone that reads nothing."""

NOTICE = {"en": "This voice was made by a computer.", "es": "Esta voz ha sido creada por un ordenador."}

log = logging.getLogger("thoughtvoice.perform")


class DeadlineExceeded(DomainError):
    code = "deadline_exceeded"
    status = 504
    title = "It took too long"
    retryable = True

    def __init__(self) -> None:
        super().__init__("Nothing was charged. Press again.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the performer asks for: a routine and a value, or else a text to be spoken as it is."""

    routine: str = ""
    value: str = ""
    topic: str = ""
    text: str = ""
    delivery: Delivery
    background: str = ""
    """Name of the sound under the speech; none: the default one."""
    volume: float = 0.0
    """0–1, of that sound; 0 for none."""
    own_only: bool
    kind: Performance.Kind = Performance.Kind.PERFORM
    made_for: UUID | None = None
    """What it is for, where that is no Idempotency-Key's attempt: an item of a pack."""
    seed: int | None = None


def perform(
    user: User, wish: Wish, *, now: datetime, attempt: Attempt | None = None, request_id: str = ""
) -> "Live":
    """Begin a performance; returns when its first audible sound is there.

    Whatever becomes of it, `attempt` (an Idempotency-Key's) is kept or abandoned accordingly.
    Raises: UnknownRoutine, BadValue, UnknownBackground, QuotaExceeded, NoSample, SlotsBusy, ProviderError,
    DeadlineExceeded; and what else admission refuses with.
    """
    began = time.monotonic()
    try:
        live = _reserved(user, wish, now=now, attempt=attempt, request_id=request_id, began=began)
    except BaseException:
        if attempt:
            idempotency.abandon(attempt)
        raise
    live.begin()
    return live


def made_for(attempt: Attempt) -> Performance | None:
    """What an earlier process made for this key before it died without saying so."""
    done = finished(attempt.pk)
    if done:
        idempotency.keep(attempt, status=200, headers={}, reference=str(done.pk))
    return done


def finished(purpose: UUID) -> Performance | None:
    """What was made for an attempt or an item of a pack; charged now if its process died before that."""
    made = Performance.objects.filter(attempt=purpose, state=Performance.State.DONE)
    done = made.select_related("charge").first()
    if done and done.charge:
        quota.settle(done.charge, done.characters, factor=done.factor)
    return done


def give_up(performance: Performance, failure: str) -> bool:
    """Fail a running performance and charge nothing; false if it has ended meanwhile."""
    running = Performance.objects.filter(pk=performance.pk, state=Performance.State.RUNNING)
    if not running.update(state=Performance.State.FAILED, failure=failure, finished_at=timezone.now()):
        return False
    figures.ended(failure=failure, characters=0, timings=performance.timings)
    performance.delete_sound()
    if performance.charge:
        quota.release(performance.charge)
    return True


def _reserved(
    user: User,
    wish: Wish,
    *,
    now: datetime,
    attempt: Attempt | None,
    request_id: str,
    began: float,
) -> "Live":
    routine = routines.find(wish.routine) if wish.routine else None
    value = routines.tidy(routine, wish.value) if routine else ""
    # Writing takes longest and costs the allowance nothing: it waits for nothing else.
    writing = _writing(routine, value, wish, began=began) if routine else None
    sound = backgrounds.choose(wish.background) if wish.volume else None
    charge = quota.reserve(user, len(wish.text) or len(value) + ROOM_FOR_WORDS, now=now)
    performance = Performance.objects.create(
        user=user,
        created_at=now,
        kind=wish.kind,
        routine=wish.routine,
        value=value,
        topic=wish.topic,
        language=wish.delivery.language,
        charge=charge,
        attempt=attempt.pk if attempt else wish.made_for,
        request_id=request_id,
    )
    live = Live(performance, wish, charge, attempt, sound, writing, began=began)
    live.took("reserve", began)
    return live


def _writing(routine: Routine, value: str, wish: Wish, *, began: float) -> Writing:
    language = wish.delivery.language
    brief = thoughts.brief(routine, value, topic=wish.topic, language=language, seed=wish.seed)
    return Writing(brief, deadline=began + WRITING * settings.PERFORM_DEADLINE_SECONDS)


class Live:
    """A running performance. After `begin` its sound is either streamed or awaited, once."""

    def __init__(
        self,
        performance: Performance,
        wish: Wish,
        charge: Charge,
        attempt: Attempt | None,
        sound: backgrounds.Background | None,
        writing: Writing | None,
        *,
        began: float,
    ) -> None:
        self.performance = performance
        self._wish = wish
        self._charge = charge
        self._attempt = attempt
        self._sound = sound
        self._writing = writing
        self._began = began
        self._deadline = began + settings.PERFORM_DEADLINE_SECONDS
        self._until_spoken = ExitStack()
        self._casting = synthesis.nobody()
        self._tried_again = False
        self._spoken = ""
        self._worded = began
        self._seconds = 0.0
        self._spool = Spool()
        self._chunks: Iterator[bytes] = iter(())

    def begin(self) -> None:
        try:
            self._prepare()
            self._speak()
        except Exception as error:
            raise self._refused(error) from error

    def stream(self) -> "Stream":
        """The mp3 as it comes. It is kept and charged when the last of it is made, not when it is heard."""
        return Stream(self._spool, self._chunks, lambda: started(self._complete_aside))

    def whole(self) -> bytes:
        """The mp3, when all of it is made and kept; as nothing leaves before, a bad end is tried again too."""
        error = self._ended()
        if isinstance(error, ProviderError):
            try:
                self._prepare_again(error)
                self._speak()
            except Exception as second:
                raise self._refused(second) from second
        self.complete()
        return self._spool.whole()

    def complete(self) -> None:
        """Wait for the last sound; then keep and charge it, or raise what went wrong."""
        error = self._ended()
        if error is not None:
            raise self._refused(error) from error
        self._keep()

    def took(self, step: str, since: float) -> None:
        self.performance.timings[step] = round((time.monotonic() - since) * 1000, 1)

    def _ended(self) -> Exception | None:
        return self._spool.wait(deadline=self._deadline + GRACE_SECONDS)

    def _prepare(self) -> None:
        """While the thought is written, look for the voice, load the sound and ready the encoder."""
        self._cast()
        self._bed = backgrounds.bed(self._sound) if self._sound else None
        self._encoder = Mp3Encoder()

    def _put_into_words(self) -> None:
        self.performance.text, self.performance.text_source = self._written()
        self._spoken = self._spoken_form()
        self._worded = time.monotonic()

    def _written(self) -> Thought:
        if self._writing is None:
            return Thought(self._wish.text, "caller")
        thought = self._writing.result()
        if self._writing.milliseconds is not None:
            self.performance.timings["writer"] = round(self._writing.milliseconds, 1)
        return thought

    def _spoken_form(self) -> str:
        performance = self.performance
        spoken = spoken_form(
            performance.text,
            language=performance.language,  # type: ignore[arg-type]
            routine=performance.routine,
            value=performance.value,
        )
        return f"{NOTICE[performance.language]} {spoken}" if settings.AUDIBLE_NOTICE else spoken

    def _cast(self) -> None:
        since = time.monotonic()
        self._casting = synthesis.cast(
            self.performance.user,
            own_only=self._wish.own_only,
            deadline=self._by(CASTING),
            until=self._until_spoken,
        )
        self.performance.voice_source = self._casting.source
        self.took("voice", since)

    def _speak(self) -> None:
        """Nothing has left yet, so that a bad beginning may be tried once more."""
        try:
            self._begin_speech()
        except ProviderError as error:
            self._prepare_again(error)
            self._begin_speech()
        self.took("speech", self._worded)
        self.took("first_audio", self._began)

    def _begin_speech(self) -> None:
        """Raises: ProviderError, TimeoutError."""
        self._spool = Spool.fill(self._encode)
        follow = self._spool.follow(deadline=self._deadline)
        self._chunks = chain([next(follow)], follow)

    def _prepare_again(self, error: ProviderError) -> None:
        """For one fresh attempt in all, where one may help. Raises: the error, where not."""
        if self._tried_again or not error.retryable or isinstance(error, ProviderBusy):
            raise error
        self._tried_again = True
        self._encoder = Mp3Encoder()
        if isinstance(error, VoiceGone):
            self._casting.forget()
            self._cast()

    def _encode(self, spool: Spool) -> None:
        """Runs in the spool's thread, which is there before the words are: no database here."""
        hearing, encoder, mixer = Hearing(), self._encoder, Mixer(self._bed, self._wish.volume)
        pending = [
            id3(performance_id=str(self.performance.pk), voice_revision=self._casting.revision or None)
        ]
        if not self._spoken:
            self._put_into_words()
        speech = synthesis.speak(
            self._casting, self._spoken, delivery=self._wish.delivery, deadline=self._deadline
        )
        who, background = str(self.performance.user_id), self._wish.kind == Performance.Kind.PACK
        with governor.calling(who=who, background=background), closing(speech):  # type: ignore[type-var]
            for chunk in speech:
                hearing.feed(chunk)
                pending.append(encoder.feed(mixer.feed(chunk)))
                spool.check()
                if hearing.loudest > AUDIBLE:
                    spool.write(b"".join(pending))
                    pending.clear()
        if not hearing.is_speech(len(self._spoken)):
            raise BadSpeech("The voice service sent no proper speech. Try again.")
        self._seconds = hearing.seconds
        spool.write(encoder.feed(mixer.finish()) + encoder.finish())

    def _complete_aside(self) -> None:
        """Runs in a thread of its own, so that a phone that reads slowly does not hold this up."""
        try:
            self.complete()
        except Exception as error:  # the stream breaks off for the same reason
            if not isinstance(error, DomainError):
                log.exception("perform_broke")
        finally:
            connection.close()

    def _keep(self) -> None:
        """Keep the sound, then charge; a crash in between costs nothing until it is asked for again."""
        performance = self.performance
        performance.characters = len(performance.text)
        performance.seconds = round(self._seconds, 2)
        performance.factor = self._casting.provider.credits_per_character
        performance.audio.save("", ContentFile(self._spool.whole()), save=False)
        if not self._close(Performance.State.DONE):
            performance.delete_sound()
            self._let_go()
            return
        quota.settle(self._charge, performance.characters, factor=performance.factor)
        if self._attempt:
            idempotency.keep(self._attempt, status=200, headers={}, reference=str(performance.pk))

    def _refused(self, error: Exception) -> Exception:
        """End as failed; what the caller is to be told."""
        too_late = isinstance(error, ProviderError) and time.monotonic() >= self._deadline
        refusal = DeadlineExceeded() if too_late or isinstance(error, TimeoutError) else error
        self._spool.cancel()
        self._close(Performance.State.FAILED, failure=getattr(refusal, "code", "internal_error"))
        self._let_go()
        return refusal

    def _let_go(self) -> None:
        quota.release(self._charge)
        if self._attempt:
            idempotency.abandon(self._attempt)

    def _close(self, state: Performance.State, *, failure: str = "") -> bool:
        """The row's last change; false if somebody has deleted or given it up meanwhile."""
        self._until_spoken.close()
        if not self._spool.running:  # else the pin protects what still speaks, and expires by itself
            self._casting.release()
        self.took("total", self._began)
        performance = self.performance
        performance.state, performance.failure, performance.finished_at = state, failure, timezone.now()
        running = Performance.objects.filter(pk=performance.pk, state=Performance.State.RUNNING)
        closed = running.update(**{name: getattr(performance, name) for name in CHANGED})
        if closed:
            figures.ended(failure=failure, characters=performance.characters, timings=performance.timings)
        self._log(failure or "done")
        return bool(closed)

    def _log(self, outcome: str) -> None:
        performance = self.performance
        facts: dict[str, Any] = {
            "user_id": str(performance.user_id),
            "outcome": outcome,
            "kind": performance.kind,
            "voice_source": performance.voice_source,
            "text_source": performance.text_source,
        }
        timings = {f"{step}_ms": took for step, took in performance.timings.items()}
        log.info("perform", extra=facts | timings)

    def _by(self, share: float) -> float:
        return self._began + share * settings.PERFORM_DEADLINE_SECONDS


CHANGED = (
    *("state", "failure", "finished_at", "text", "text_source", "voice_source"),
    *("characters", "factor", "seconds", "audio", "timings"),
)


class Stream:
    """The iterable of a streamed answer. Raising out of it breaks the transfer off, so that nobody takes a
    part for the whole."""

    def __init__(self, spool: Spool, chunks: Iterator[bytes], keep: Callable[[], "Future[None]"]) -> None:
        self._spool = spool
        self._chunks = chunks
        self._keep = cache(keep)
        self._begun = False

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        try:
            chunk = next(self._chunks)
        except StopIteration:
            wait([self._keep()], timeout=GRACE_SECONDS)  # who asks at once finds the performance done
            raise
        except Exception:
            self._spool.cancel()
            raise
        if self._begun or len(chunk) > AT_ONCE:  # else another thread would hold the first sound up
            self._keep()
        self._begun = True
        return chunk

    def close(self) -> None:
        """The listener has left: what is not made yet is not made, and costs nothing."""
        self._spool.cancel()
        self._keep()
