"""What staff see of the voice services: whether they answer, and what their models take and cost."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.staff import StaffAdmin
from voices import providers
from voices.providers import figures
from voices.speech_models import SpeechModel


@admin.register(SpeechModel)
class SpeechModelAdmin(StaffAdmin):
    list_display = [
        "model_id",
        "chosen",
        "credits_per_character",
        "takes_language",
        "max_characters",
        "verified_on",
    ]
    list_before_template = "voices/services.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        services = {breaker.name: breaker.state for breaker in providers.breakers()}
        shown = {"services": services, "fail_ratio": figures.fail_ratio()}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    @display(description=_("speaks now"), boolean=True)
    def chosen(self, model: SpeechModel) -> bool:
        return model.model_id == settings.ELEVENLABS_MODEL
