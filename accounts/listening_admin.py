"""Pages of what somebody said, for staff: a sound is heard by who has just said why (listening.py)."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant

from accounts import listening
from accounts.staff import ReadOnlyAdmin, confirmed


def listen(name: str, permission: str) -> Any:
    """The action that asks for the reason."""

    @confirmed(
        name,
        _("Listen"),
        permission=permission,
        says=_("You may listen for ten minutes. That you did is written down."),
        icon="play_circle",
        variant=ActionVariant.PRIMARY,
    )
    def listen(self: "HeardAdmin", request: HttpRequest, row: Any, given: dict[str, Any]) -> Any:
        return _("The player is below.") if row.audio else _("There is no sound any more.")

    return listen


class HeardAdmin(ReadOnlyAdmin):
    """Of rows with `audio`. Subclasses have `listen = listen(*hears)` too."""

    hears: ClassVar[tuple[str, str]]
    """What is written down when somebody listens, and the permission for it."""

    def pictured(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page shows above its fields."""
        raise NotImplementedError

    def sounding(self, request: HttpRequest, row: Any) -> HttpResponse:
        raise NotImplementedError

    def may_hear(self, request: HttpRequest, row: Any) -> bool:
        name, permission = self.hears
        return request.user.has_perm(permission) and listening.granted(request, name, row, now=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        sound = self.admin_site.admin_view(self.sound)
        name = f"{self.opts.app_label}_{self.opts.model_name}_sound"
        return [path("<uuid:key>/sound/", sound, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = extra_context or {}
        if row := self.get_object(request, object_id):
            heard = bool(row.audio) and self.may_hear(request, row)
            shown = {**shown, **self.pictured(request, row), "heard": heard}
        return super().change_view(request, object_id, form_url, shown)

    def sound(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Only for who has just said why."""
        row = self.model._default_manager.filter(pk=key).exclude(audio="").first()
        if row is None or not self.may_hear(request, row):
            raise Http404
        return self.sounding(request, row)
