from csp.decorators import csp_update
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.limits import by_ip
from thoughtvoice import api, headers, health, pages
from thoughtvoice.metrics import metrics

urlpatterns = [
    path("", pages.client),
    path("", include("accounts.urls")),
    path("", include("voices.urls")),
    path("", include("pool.urls")),
    path("", include("perform.urls")),
    path("favicon.ico", pages.favicon),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("health", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics),
    # It is made anew for everybody who asks, which takes a quarter of a second.
    path("schema", SpectacularAPIView.as_view(throttle_classes=[by_ip("schema")]), name="schema"),
    path("docs", csp_update(headers.DOCS)(SpectacularSwaggerSplitView.as_view(url_name="schema"))),
    # Last, so that an unknown address is a problem document under DEBUG too.
    re_path(r"", api.not_found),
]

handler400 = api.bad_request
handler403 = api.forbidden
handler404 = api.not_found
handler500 = api.server_error
