"""Tokens of a signed-in phone. A refresh token is good once; its row is the device.

Both tokens of a pair follow from the device row alone (id, serial, instant of rotation), so that a pair
whose response was lost can be given again, byte by byte.
"""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.db.models import Q, QuerySet
from django.utils import translation
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts import preferences
from accounts.models import Device, User
from thoughtvoice.errors import DomainError

LOST_RESPONSE = timedelta(seconds=30)
KEPT = timedelta(days=7)
MALFORMED = (TokenError, KeyError, ValueError, TypeError, AttributeError)

SIGNED_IN = Device.objects.select_related("user__preferences").filter(revoked_at=None, user__is_active=True)
"""Made once: it is asked at each request."""

log = logging.getLogger("thoughtvoice.tokens")


class NotSignedIn(DomainError):
    code = "not_authenticated"
    status = 401
    title = "Sign in first"

    def __init__(self) -> None:
        super().__init__("The token is missing, expired or revoked. Refresh it, or sign in again.")


class Pair(TypedDict):
    access: str
    refresh: str


def open_device(user: User, *, name: str = "", platform: str = "", now: datetime) -> Pair:
    """Sign a phone in. Raises: NotSignedIn, should the password have been changed since `user` was read."""
    device = Device.objects.create(
        user=user, name=name[:100], platform=platform[:20], created_at=now, last_seen_at=now, rotated_at=now
    )
    if not User.objects.filter(pk=user.pk, password=user.password).exists():
        revoke(device, now=now)
        raise NotSignedIn
    return _pair(device)


def refresh(token: str, *, now: datetime) -> Pair:
    """Rotate: a new pair for the last refresh token given out.

    The token before it gets the same answer again for LOST_RESPONSE; later, whoever holds it is not the
    phone, and the device is signed out. Raises: NotSignedIn.
    """
    device_id, serial = _read(token)
    current = Device.objects.filter(pk=device_id, revoked_at=None, user__is_active=True)
    if current.exists():  # an update cannot join
        unmoved = Device.objects.filter(pk=device_id, revoked_at=None, serial=serial)
        unmoved.update(serial=serial + 1, rotated_at=now, last_seen_at=now)
    device = current.first()
    if device is None:
        raise NotSignedIn
    if device.serial == serial + 1 and now - device.rotated_at <= LOST_RESPONSE:
        return _pair(device)
    revoke(device, now=now)
    log.warning("refresh_reused", extra={"user_id": str(device.user_id), "device_id": str(device.pk)})
    raise NotSignedIn


def devices(user: User) -> QuerySet[Device]:
    """Those signed in, the one seen last first."""
    return Device.objects.filter(user=user, revoked_at=None).order_by("-last_seen_at")


def revoke(device: Device, *, now: datetime) -> bool:
    return bool(Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=now))


def revoke_all(user: User, *, now: datetime, but: Device | None = None) -> int:
    signed_in = Device.objects.filter(user=user, revoked_at=None)
    return (signed_in.exclude(pk=but.pk) if but else signed_in).update(revoked_at=now)


def forget_revoked(*, now: datetime, limit: int) -> int:
    """Delete the rows of devices that can refresh no more."""
    gone = Q(revoked_at__lt=now - KEPT) | Q(rotated_at__lt=now - api_settings.REFRESH_TOKEN_LIFETIME - KEPT)
    chosen = Device.objects.filter(gone).values_list("pk", flat=True)[:limit]
    return Device.objects.filter(pk__in=list(chosen)).delete()[0]


class SignedInRequest(Request):
    """What views get that ask for a signed-in device."""

    user: User
    auth: Device
    request_id: str


class DeviceAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`; leaves the user in request.user and the Device in request.auth.

    Whatever is said from then on, refusals too, is said in the language of the account.
    """

    def authenticate(self, request: Request) -> tuple[User, Device] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            claims = AccessToken(token.strip().decode("ascii"))  # type: ignore[arg-type]
            device_id = uuid.UUID(claims["device"])
        except MALFORMED:
            raise NotSignedIn from None
        try:
            device = SIGNED_IN.get(pk=device_id)
        except Device.DoesNotExist:
            raise NotSignedIn from None
        if spoken := preferences.language_of(device.user):
            translation.activate(spoken)  # from here on instead of what Accept-Language asks for
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _read(token: str) -> tuple[uuid.UUID, int]:
    try:
        claims = RefreshToken(token)  # type: ignore[arg-type]
        return uuid.UUID(claims["device"]), int(claims["serial"])
    except MALFORMED:
        raise NotSignedIn from None


def _pair(device: Device) -> Pair:
    claims = {"user_id": str(device.user_id), "device": str(device.pk), "serial": device.serial}
    return {
        "access": str(_token(AccessToken, device, claims)),
        "refresh": str(_token(RefreshToken, device, claims)),
    }


def _token(kind: type[Token], device: Device, claims: dict[str, Any]) -> Token:
    token = kind()
    token.set_iat(at_time=device.rotated_at)
    token.set_exp(from_time=device.rotated_at)
    token["jti"] = f"{device.pk.hex}{device.serial}"
    for name, value in claims.items():
        token[name] = value
    return token
