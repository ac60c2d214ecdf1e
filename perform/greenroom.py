"""Before a show: the voice is made resident and pinned, and what could go wrong is said now."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import later, quota
from accounts.models import User
from perform import writers
from perform.models import Performance
from pool import admission, sharing, switches
from pool.admission import WARM
from pool.models import Build, Slot
from voices import providers
from voices.models import Voice
from voices.providers import shared

USUAL_CHARACTERS = 110
"""Of a thought: 80–120, and more around a long value."""
USUAL_BUILD_SECONDS = 10.0
"""Until one was measured here."""
ASKED_FOR_SECONDS = 60
"""A build that was asked for is not asked for again so long."""
MEASURED = 20
RECENTLY = timedelta(hours=24)
STEPS = ("writer", "voice", "speech", "first_audio")
OUTAGES = {"provider_unavailable", "writer_unavailable", "deadline_exceeded"}
OUTAGE = 3
"""So many performances in a row that failed on a provider are its outage."""

ADVICE = {
    "voice_required": _("Record your voice first."),
    "building": _("Your voice is being made. Ask again in a moment."),
    "queued": _("Your voice waits to be made. Ask again in a moment."),
    "pool_off": _(
        "Voices are not kept at present: yours is made anew for each performance, which takes seconds."
    ),
    "quota_exceeded": _("This month's characters do not last for so many performances."),
    "provider_unavailable": _("The last performances failed at a service that we use."),
}


@dataclass(kw_only=True)
class Check:
    state: str
    """Of the voice: `ready`, `building`, `queued`, `none`, or `pool_off`: it is made for each performance."""
    pinned_until: datetime | None = None
    expected_seconds: float = 0.0
    performs_left: int = 0
    latencies_ms: dict[str, float] = field(default_factory=dict)
    """Medians by step of the last performances, anybody's."""
    obstacles: list[str] = field(default_factory=list)

    @property
    def go(self) -> bool:
        return not self.obstacles

    @property
    def reasons(self) -> list[dict[str, str]]:
        return [{"code": code, "detail": str(ADVICE[code])} for code in self.obstacles]


def check(user: User, *, performs: int, now: datetime) -> Check:
    """Go, or not yet and why; pins the voice for POOL_PIN_SECONDS."""
    found = _residency(user, now=now)
    if found.state != "ready":
        found.obstacles.append("voice_required" if found.state == "none" else found.state)
    found.performs_left = quota.usage(user, now=now).left // USUAL_CHARACTERS
    if found.performs_left < performs:
        found.obstacles.append("quota_exceeded")
    lately = _lately(now)
    if _is_outage(lately) or _left_alone():
        found.obstacles.append("provider_unavailable")
    found.latencies_ms = _medians(lately)
    return found


def _residency(user: User, *, now: datetime) -> Check:
    voice = Voice.objects.select_related("sample").filter(user=user).first()
    if voice is None or voice.sample_id is None:
        return Check(state="none")
    voice, slot, pin = sharing.speaker(voice), sharing.slot_of(voice), settings.POOL_PIN_SECONDS
    current = slot is not None and slot.speaks and slot.revision == voice.revision
    if not switches.current().enabled:
        if slot and current and slot.pinned_until > now:  # no pin is given any more
            return Check(state="ready", pinned_until=slot.pinned_until)
        return Check(state="pool_off", expected_seconds=_build_seconds())
    if slot and current and admission.touch(slot, now=now, pin_seconds=pin):
        return Check(state="ready", pinned_until=now + timedelta(seconds=pin))
    if shared.claim(f"warm:{voice.pk}", seconds=ASKED_FOR_SECONDS):
        later.soon(WARM, str(voice.pk))
    building = slot is not None and slot.state == Slot.State.BUILDING
    elapsed = (now - slot.since).total_seconds() if slot and building else 0.0
    return Check(
        state="building" if building else "queued",
        expected_seconds=max(1.0, round(_build_seconds() - elapsed, 1)),
    )


def _build_seconds() -> float:
    made = Build.objects.filter(outcome=Build.Outcome.MADE).exclude(finished_at=None).order_by("-started_at")
    took = [(build.finished_at - build.started_at).total_seconds() for build in made[:MEASURED]]  # type: ignore[operator]
    return median(took) if took else USUAL_BUILD_SECONDS


def _lately(now: datetime) -> list[Performance]:
    ended = Performance.objects.filter(
        state__in=[Performance.State.DONE, Performance.State.FAILED], created_at__gte=now - RECENTLY
    )
    return list(ended.order_by("-created_at")[:MEASURED])


def _is_outage(lately: list[Performance]) -> bool:
    last = lately[:OUTAGE]
    return len(last) == OUTAGE and all(performance.failure in OUTAGES for performance in last)


def _left_alone() -> bool:
    """Whether a service is not asked now because it does not answer."""
    return any(breaker.state == "open" for breaker in (*providers.breakers(), *writers.breakers()))


def _medians(lately: list[Performance]) -> dict[str, float]:
    done = [performance.timings for performance in lately if performance.state == Performance.State.DONE]
    by_step = {step: [timings[step] for timings in done if step in timings] for step in STEPS}
    return {step: round(median(took), 1) for step, took in by_step.items() if took}
