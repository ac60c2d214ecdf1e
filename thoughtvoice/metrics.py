"""Figures for Prometheus, for whoever knows the token or asks from where it is allowed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from accounts.limits import client_ip
from thoughtvoice import api, gauges, tallies


@csrf_exempt
def metrics(request: HttpRequest) -> HttpResponse:
    """What was counted, summed over processes where PROMETHEUS_MULTIPROC_DIR is set, and what is now."""
    if not _may_see(request):
        return api.not_found(request)
    page = _counted() + generate_latest(gauges.registry())
    return HttpResponse(page, content_type=CONTENT_TYPE_LATEST)


def _may_see(request: HttpRequest) -> bool:
    token, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if token and constant_time_compare(given, f"Bearer {token}"):
        return True
    address = ipaddress.ip_address(client_ip(request))
    return any(address in network for network in settings.METRICS_ALLOW)


def _counted() -> bytes:
    folder = tallies.folder()
    if folder is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    with tallies.unchanged():
        return generate_latest(registry)
