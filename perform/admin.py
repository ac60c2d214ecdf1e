from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts import panels, preferences
from accounts.listening_admin import HeardAdmin, listen
from accounts.lists import Big, Lately, number, owned
from accounts.models import User
from accounts.sheets import Sheeted
from accounts.staff import ReadOnlyAdmin, confirmed
from perform import backgrounds_admin, causes, history, performances, routines_admin, timeline  # noqa: F401 - Django looks for admin here
from perform.models import Pack, Performance, Routine
from perform.performances import Wish
from perform.serializers import manner
from thoughtvoice.errors import DomainError
from voices.ranges import heard_by_staff

NEWEST = 8


class NothingToRepeat(DomainError):
    title = "Only failed performances of a routine whose value is still kept can be performed again."


class Kept(Lately):
    """The last 30 days unless one asks for more, as long as the words are kept; what is searched for, ever."""

    usual = "30d"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.looks_for_one = bool({"q", "user__id__exact"} & set(request.GET))
        return [*super().lookups(request, model_admin), ("ever", _("Ever"))]

    def value(self) -> str:
        return super().value() or ("ever" if self.looks_for_one else self.usual)

    def choices(self, changelist: Any) -> Iterator[Any]:
        _all, *choices = super().choices(changelist)
        yield from choices


class Happened(admin.SimpleListFilter):
    """The questions that are asked about performances."""

    title = _("What happened")
    parameter_name = "happened"
    meant = {
        "failed": Q(state=Performance.State.FAILED),
        "running": Q(state=Performance.State.RUNNING),
        "other_voice": Q(state=Performance.State.DONE, voice_source="tts"),
        "template": Q(state=Performance.State.DONE, text_source="template"),
        "charged": Q(state=Performance.State.DONE),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("failed", _("Failed")),
            ("running", _("Still running")),
            ("other_voice", _("Spoken by the generic voice")),
            ("template", _("Written from a template")),
            ("charged", _("Done and charged")),
        ]

    def queryset(self, request: HttpRequest, chosen: QuerySet[Performance]) -> Any:
        meant = self.meant.get(self.value() or "")
        return chosen.filter(meant) if meant else None


class Cause(admin.SimpleListFilter):
    title = _("Why it failed")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(causes.CAUSES.items())

    def queryset(self, request: HttpRequest, chosen: QuerySet[Performance]) -> Any:
        if not self.value():
            return None
        return chosen.filter(state=Performance.State.FAILED, failure=self.value())


class OfRoutine(admin.SimpleListFilter):
    title = _("Routine")
    parameter_name = "routine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(routine.key, routine.name_en) for routine in Routine.objects.all()]

    def queryset(self, request: HttpRequest, chosen: QuerySet[Performance]) -> Any:
        return chosen.filter(routine=self.value()) if self.value() else None


@admin.register(Performance)
class PerformanceAdmin(Sheeted, Big, HeardAdmin):
    list_display = [
        "what",
        "user",
        "outcome",
        "voice_source",
        "text_source",
        "first_audio",
        "created_at",
    ]
    list_filter = [Kept, Happened, Cause, OfRoutine, "kind"]
    search_help_text = _("Request id, performance id, performer or activation code")
    fieldsets = [
        (
            _("Everything that is kept"),
            {
                "fields": [
                    *("id", "user", "kind", "state", "failure", "routine", "value", "topic", "language"),
                    *("text_source", "voice_source", "characters", "factor", "seconds"),
                    *("request_id", "attempt", "created_at", "finished_at"),
                ]
            },
        )
    ]
    readonly_fields = ["id", "request_id", "attempt", "created_at", "finished_at"]
    actions_detail = ["listen", "retry", "remove"]
    hears = "performance.listen", "perform.hear_performance"
    listen = listen(*hears)
    change_form_outer_before_template = "perform/performance.html"
    sheet_columns = [
        *("created_at", "id", "user__username", "kind", "routine", "state", "failure", "voice_source"),
        *("text_source", "characters", "factor", "seconds", "request_id"),
    ]

    class Media:
        css = {"all": ["office/people.css"]}

    def meant(self, term: str) -> Iterable[Q]:
        if key := number(term):
            yield Q(pk=key)
        yield Q(request_id=term)
        yield owned(term)

    @admin.display(description=_("performance"))
    def what(self, performance: Performance) -> str:
        return performance.routine or performance.get_kind_display()

    @display(description=_("outcome"), label={"failed": "danger", "running": "warning", "done": "success"})
    def outcome(self, performance: Performance) -> tuple[str, str]:
        return performance.state, performance.failure or performance.get_state_display()

    @admin.display(description=_("first sound"))
    def first_audio(self, performance: Performance) -> str:
        took = performance.timings.get("first_audio")
        return f"{took / 1000:.2f} s" if took else "–"

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """No button for what would be refused."""
        offered = super().get_actions_detail(request, object_id)
        performance = self.get_object(request, str(object_id))
        if performance and _may_be_repeated(performance):
            return offered
        return [action for action in offered if action.path != "retry"]

    def pictured(self, request: HttpRequest, performance: Performance) -> dict[str, Any]:
        return {
            "performance": performance,
            "cause": causes.words(performance.failure),
            "bars": timeline.bars(performance.timings),
            "credits": round(performance.characters * performance.factor, 1),
        }

    def sounding(self, request: HttpRequest, performance: Performance) -> HttpResponse:
        try:
            with performance.audio.open("rb") as file:
                data = file.read()
        except OSError:
            raise Http404 from None
        return heard_by_staff(request, data, content_type="audio/mpeg", etag=performance.pk.hex)

    @confirmed(
        "performance.retry",
        _("Perform again"),
        permission="perform.retry_performance",
        says=_(
            "The same routine and value, as a new performance in their history, charged like any other. "
            "Their phone does not play it by itself."
        ),
        icon="replay",
    )
    def retry(self, request: HttpRequest, performance: Performance, given: dict[str, Any]) -> Any:
        if not _may_be_repeated(performance):
            raise NothingToRepeat
        live = performances.perform(
            performance.user,
            _same_wish(performance),
            now=timezone.now(),
            request_id=getattr(request, "request_id", ""),
        )
        live.whole()
        made = reverse("admin:perform_performance_change", args=[live.performance.pk])
        return format_html('{} <a href="{}">{}</a>', _("It is performed and in their history:"), made, made)

    @confirmed(
        "performance.delete",
        _("Delete"),
        permission="perform.delete_performance",
        says=_("Sound, text and value go; what it cost stays."),
        icon="delete",
        variant=ActionVariant.DANGER,
    )
    def remove(self, request: HttpRequest, performance: Performance, given: dict[str, Any]) -> Any:
        history.delete(performance)
        return _("The performance is deleted.")


@admin.register(Pack)
class PackAdmin(Big, ReadOnlyAdmin):
    list_display = ["user", "routine", "language", "state", "failure", "created_at", "finished_at"]
    list_filter = ["state", "language", Lately]
    search_help_text = _("Performer, activation code or id")


def _may_be_repeated(performance: Performance) -> bool:
    return (
        performance.state == Performance.State.FAILED
        and performance.kind == Performance.Kind.PERFORM
        and bool(performance.value)
        and performance.user.is_active
    )


def _same_wish(performance: Performance) -> Wish:
    spoken = manner(preferences.of(performance.user), own_only=False, language=performance.language)
    return Wish(routine=performance.routine, value=performance.value, topic=performance.topic, **spoken)


def _performed(request: HttpRequest, user: User) -> dict[str, Any]:
    return {"performances": list(history.of(user).order_by("-created_at", "-id")[:NEWEST])}


panels.PANELS.append(
    panels.Panel(3, _("Performances"), "perform/performed.html", "perform.view_performance", _performed)
)
