"""What browsers may do with our pages: `settings.CONTENT_SECURITY_POLICY`, and what some pages need beyond it."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

BACK_OFFICE = {
    "script-src": ["'unsafe-eval'"],  # Alpine, which unfold is built on, compiles its attributes
    "style-src": ["'unsafe-inline'"],  # unfold's colours, and the widths that Alpine sets
}
DOCS = {
    "style-src": ["'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"]
}  # drf-spectacular's, in its template


class Headers(CSPMiddleware):
    """Content-Security-Policy and Permissions-Policy on every answer, which nobody keeps unless its view says
    so; the rest is SecurityMiddleware's."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/"):
            parts.update = {**BACK_OFFICE, **(parts.update or {})}
        return parts
