"""Read settings from the environment; refuse nonsense with advice."""

import ipaddress
import os
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    given = text(name).lower()
    if given in {"1", "true", "yes", "on"}:
        return True
    if given in {"0", "false", "no", "off"}:
        return False
    if given:
        raise _nonsense(name, "is neither true nor false", "Write true or false, or leave it out")
    return default


def integer(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    given = text(name)
    try:
        number = int(given) if given else default
    except ValueError:
        raise _nonsense(name, "is not a whole number", f"Write digits only, such as {default}") from None
    _within(name, number, least, most)
    return number


def decimal(name: str, default: float, *, least: float = 0.0, most: float | None = None) -> float:
    given = text(name)
    try:
        number = float(given) if given else default
    except ValueError:
        raise _nonsense(name, "is not a number", f"Write a number such as {default}") from None
    _within(name, number, least, most)
    return number


def choice(name: str, default: str, *, among: Sequence[str]) -> str:
    given = text(name, default)
    if given not in among:
        raise _nonsense(name, "is not one of the choices", f"Choose among {', '.join(among)}")
    return given


def rate(name: str, default: str) -> str:
    """So many in a while: `30/m`, `120/h`, `5/10s`."""
    given = text(name, default)
    if not re.fullmatch(r"[1-9]\d*/\d*[smhd]", given):
        raise _nonsense(name, "is not a rate", f"Write a number, a slash and a period, such as {default}")
    return given


def name(variable: str, default: str) -> str:
    """Letters and digits, to stand inside other names."""
    given = text(variable, default)
    if not re.fullmatch(r"[A-Za-z0-9]{1,20}", given):
        raise _nonsense(variable, "is not a name", "Write up to 20 letters and digits")
    return given


def listing(name: str, default: Sequence[str] = ()) -> list[str]:
    """Comma-separated values without blanks."""
    given = text(name)
    return [part.strip() for part in given.split(",") if part.strip()] if given else list(default)


def address(name: str, default: str = "", *, schemes: Sequence[str] = ()) -> str:
    """A URL, or nothing. It may hold a password, so it is not shown when it is refused."""
    given = text(name, default)
    try:
        scheme = urlsplit(given).scheme
    except ValueError:
        raise _nonsense(
            name, "cannot be read", "Write special characters in a password as %40 and so on"
        ) from None
    if given and schemes and scheme not in schemes:
        raise _nonsense(
            name, "is no such address", f"Begin it with {' or '.join(f'{s}://' for s in schemes)}"
        )
    return given


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(given) for given in listing(name)]
    except ValueError:
        raise _nonsense(name, "holds no network", "Write addresses or networks, such as 10.0.0.0/8") from None


def family(prefix: str) -> dict[str, str]:
    """Every variable that begins so and holds something, by the rest of its name in small letters."""
    names = sorted(name for name in os.environ if name.startswith(prefix) and name != prefix)
    return {name.removeprefix(prefix).lower(): text(name) for name in names if text(name)}


def secret(name: str, *, least_length: int = 32) -> str:
    """A secret that must be set. It is never shown, not even when it is refused."""
    given = text(name)
    advice = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not given:
        raise _nonsense(name, "is not set", advice)
    if len(given) < least_length:
        raise _nonsense(name, f"is shorter than {least_length} characters", advice)
    return given


def _within(name: str, number: float, least: float, most: float | None) -> None:
    # Written so that NaN, which compares false with everything, is refused as well.
    if not (number >= least and (most is None or number <= most)):
        bounds = f"at least {least}" if most is None else f"between {least} and {most}"
        raise _nonsense(name, "is out of range", f"Choose a number {bounds}")


def _nonsense(name: str, fault: str, advice: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} {fault}. {advice}.")
