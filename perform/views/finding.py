from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from perform import finding


def find(request: HttpRequest) -> HttpResponse:
    """A page of the back office: what is meant by one thing is opened at once."""
    term = request.GET.get("q", "")[:200]
    found = finding.find(request.user, term)  # type: ignore[arg-type]
    if len(found) == 1:
        return HttpResponseRedirect(found[0].url)
    shown = {**admin.site.each_context(request), "title": _("Find"), "term": term, "found": found}
    return TemplateResponse(request, "perform/find.html", shown)
