"""The page at `/` that shows how an app uses the API, and what a browser asks for on its own."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from thoughtvoice import api


def client(request: HttpRequest) -> HttpResponse:
    return render(request, "client.html") if settings.REFERENCE_CLIENT else api.not_found(request)


def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("favicon.svg"))
