"""What the back office's templates draw."""

from typing import Any

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

NEARLY = 0.9


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else f"{formats.number_format(100 * share, 1)} %"


@register.simple_tag
def meter(share: float, *, ends: bool = False) -> SafeString:
    """A bar of 0–1; the words beside it say the same. Of what `ends`, a full one is bad."""
    width = round(100 * min(max(share, 0), 1), 1)
    kind = "office-full" if ends and share >= NEARLY else ""
    return format_html(
        '<svg class="office-meter {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="6"/><rect class="office-used" width="{}" height="6"/></svg>',
        kind,
        width,
    )


@register.inclusion_tag("office/chart.html")
def chart(drawn: Any, name: str, unit: str = "") -> dict[str, Any]:
    return {"chart": drawn, "name": name, "unit": unit}
