"""Sounds under the speech: uploaded, made a loop, listened to."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.staff import StaffAdmin
from perform import backgrounds
from perform.models import Background
from voices.ranges import heard_by_staff


class BackgroundForm(forms.ModelForm):
    upload = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        label=_("Sound"),
        help_text=_(
            "5 to 120 seconds, any usual format; it is made a loop without a seam, as loud as the others."
        ),
    )

    loop: backgrounds.Bed | None = None

    class Meta:
        model = Background
        fields = ["key", "position", "enabled", "name_en", "name_es"]

    def clean(self) -> dict[str, Any]:
        """The sound is prepared here, so that one that cannot be used is a message beside its field."""
        cleaned = super().clean() or {}
        upload = cleaned.get("upload")
        if upload:
            try:
                self.loop = backgrounds.prepared(upload.read())
            except ValueError as problem:
                self.add_error("upload", str(problem))
        elif not self.instance.generated and not self.instance.sound:
            self.add_error("upload", _("Choose a sound."))
        return cleaned

    def save(self, commit: bool = True) -> Background:
        if not self.errors and self.loop is not None:
            backgrounds.replace_sound(self.instance, self.loop)
        return super().save(commit)


@admin.register(Background)
class BackgroundAdmin(StaffAdmin):
    form = BackgroundForm
    list_display = ["name_en", "name_es", "key", "generated", "enabled", "position"]
    list_editable = ["enabled", "position"]
    change_form_outer_before_template = "perform/background.html"

    class Media:
        css = {"all": ["office/people.css"]}

    def get_urls(self) -> list[URLPattern]:
        sound = self.admin_site.admin_view(self.sound)
        return [path("<uuid:key>/sound/", sound, name="perform_background_sound"), *super().get_urls()]

    def sound(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Nobody's voice: heard without a reason."""
        background = Background.objects.filter(pk=key).first()
        if background is None or not self.has_view_permission(request, background):
            raise Http404
        etag = f"{background.pk.hex}{background.changed_at.timestamp()}"
        loop = backgrounds.wav(backgrounds.bed(background))
        return heard_by_staff(request, loop, content_type="audio/wav", etag=etag)
