from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminRadioSelectWidget

from accounts import panels
from accounts.listening_admin import HeardAdmin, listen
from accounts.lists import Big, Lately
from accounts.models import User
from accounts.staff import ReadOnlyAdmin, Reason, confirmed
from voices import cloning, pictures, samples, speech_models_admin  # noqa: F401 - Django looks for admin here
from voices.models import Consent, Sample, Voice
from voices.providers.base import Language
from voices.ranges import heard_by_staff

HISTORY = 40
"""Recordings in the plot of somebody's quality."""

VERDICTS = {
    Sample.Verdict.USED: _("Used: the voice was made from it when it came."),
    Sample.Verdict.SPARE: _("Good, but others that came with it were better."),
    Sample.Verdict.REPEATED: _("The voice was made from this recording already."),
    Sample.Verdict.REJECTED: _("Rejected: no voice is made from it."),
}
FIGURES = [
    ("speech_seconds", _("Speech"), "{:.0f} s"),
    ("speech_share", _("Share of speech"), "{:.0%}"),
    ("silence_share", _("Share of silence"), "{:.0%}"),
    ("level_db", _("Loudness of the voice"), "{:.0f} dBFS"),
    ("snr_db", _("Voice above the room"), "{:.0f} dB"),
    ("wada_db", _("Voice above noise beneath it"), "{:.0f} dB"),
    ("clip_share", _("Overdriven"), "{:.2%}"),
    ("bandwidth_hz", _("Highest frequency"), "{:.0f} Hz"),
    ("source_rate", _("Sampling rate as sent"), "{:.0f} Hz"),
    ("codec", _("Coded as"), "{}"),
    ("bad_packets", _("Unreadable pieces"), "{}"),
]


def _spoken_language() -> Language:
    return "es" if (get_language() or "").startswith("es") else "en"


@admin.register(Sample)
class SampleAdmin(Big, HeardAdmin):
    list_display = ["user", "verdict", "score", "seconds", "created_at", "superseded_at"]
    list_filter = ["verdict", Lately]
    search_help_text = _("Performer, activation code or id")
    fields = ["user", "upload", "created_at", "superseded_at", "seconds", "bytes_len", "pipeline"]
    readonly_fields = ["upload", "created_at"]
    actions_detail = ["listen", "remove"]
    hears = "sample.listen", "voices.listen"
    listen = listen(*hears)
    change_form_outer_before_template = "voices/sample.html"

    class Media:
        css = {"all": ["office/people.css"]}

    def pictured(self, request: HttpRequest, sample: Sample) -> dict[str, Any]:
        measured = sample.measurements
        points = pictures.quality(samples.history(sample.user, most=HISTORY))
        return {
            "sample": sample,
            "verdict": VERDICTS[Sample.Verdict(sample.verdict)],
            "problems": samples.told(sample.problems, _spoken_language()),
            "figures": [
                (title, form.format(measured[name])) for name, title, form in FIGURES if name in measured
            ],
            "waveform": pictures.waveform(sample.picture),
            "points": points,
            "line": pictures.line(points),
        }

    def sounding(self, request: HttpRequest, sample: Sample) -> HttpResponse:
        return heard_by_staff(request, cloning.sound(sample), content_type="audio/flac", etag=sample.pk.hex)

    @confirmed(
        "sample.delete",
        _("Delete"),
        permission="voices.delete_sample",
        says=_("The recording and what was measured on it go. A clone that was made from it stays."),
        icon="delete",
        variant=ActionVariant.DANGER,
    )
    def remove(self, request: HttpRequest, sample: Sample, given: dict[str, Any]) -> Any:
        samples.delete(sample)
        return _("The recording is deleted.")


class CloningForm(Reason):
    ANSWERS = {"": None, "yes": True, "no": False}
    cloning = forms.ChoiceField(
        label=_("May this voice be cloned?"),
        required=False,
        choices=[("", _("As everybody's")), ("yes", _("Yes, always")), ("no", _("No"))],
        widget=UnfoldAdminRadioSelectWidget,
    )
    field_order = ["cloning", "reason"]


@admin.register(Voice)
class VoiceAdmin(Big, ReadOnlyAdmin):
    list_display = ["user", "revision", "cloning", "created_at"]
    list_filter = ["cloning", Lately]
    search_help_text = _("Performer, activation code or id")
    fields = ["user", "revision", "sample", "cloning", "created_at"]
    actions_detail = ["switch_cloning"]

    @confirmed(
        "voice.switch_cloning",
        _("Cloning switch"),
        permission="voices.switch_cloning",
        says=_("“No” makes no new clone; one that is resident speaks until it leaves the pool."),
        form=CloningForm,
        icon="toggle_on",
    )
    def switch_cloning(self, request: HttpRequest, voice: Voice, given: dict[str, Any]) -> Any:
        Voice.objects.filter(pk=voice.pk).update(cloning=CloningForm.ANSWERS[given["cloning"]])
        voice.refresh_from_db(fields=["cloning"])
        return _("The voice may be cloned.") if cloning.allowed(voice) else _("The voice is not cloned.")


@admin.register(Consent)
class ConsentAdmin(Big, ReadOnlyAdmin):
    list_display = ["user", "version", "language", "created_at", "withdrawn_at"]
    list_filter = [("withdrawn_at", admin.EmptyFieldListFilter), Lately]
    search_help_text = _("Performer, activation code or id")


def _voice(request: HttpRequest, user: User) -> dict[str, Any]:
    voice = Voice.objects.select_related("sample").filter(user=user).first()
    newest = samples.history(user)
    points = pictures.quality(newest)
    return {
        "voice": voice,
        "allowed": cloning.allowed(voice),
        "samples": newest,
        "points": points,
        "line": pictures.line(points),
    }


panels.PANELS.append(
    panels.Panel(2, _("Voice and recordings"), "voices/voice_panel.html", "voices.view_voice", _voice)
)
