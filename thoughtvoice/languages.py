"""In which language an answer is, and what that depends on."""

from typing import Any

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils.cache import patch_vary_headers

HEADER = "Content-Language"
UNREAD = ("audio/", "application/zip")


class Language(LocaleMiddleware):
    """Django's, for callers with tokens as well: whoever has one is answered in their account's language, which
    accounts.tokens sees to. Sounds and archives are in the language that their view names, or in none.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        named = HEADER in response.headers
        response = super().process_response(request, response)
        if not named and response.headers.get("Content-Type", "").startswith(UNREAD):
            del response.headers[HEADER]
        patch_vary_headers(response, ["Authorization"])
        return response
