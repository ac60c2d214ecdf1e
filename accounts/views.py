import uuid
from typing import Any

from django.contrib.auth import authenticate
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import erasure, passwords, preferences, quota, registration, tokens
from accounts.exactly_once import exactly_once
from accounts.limits import by_field, by_ip, by_user
from accounts.models import Attempt, Device, User
from accounts.permissions import OwnAddress
from accounts.serializers import (
    DeviceOutput,
    FarewellInput,
    LoginInput,
    PairOutput,
    PasswordInput,
    PreferencesFields,
    RefreshInput,
    RegisterInput,
    SignedInOutput,
    UserOutput,
    described,
)
from accounts.tokens import SignedInRequest
from thoughtvoice.errors import DomainError


class WrongSignIn(DomainError):
    code = "wrong_sign_in"
    status = 401
    title = "Name or password is wrong"

    def __init__(self) -> None:
        super().__init__("Check both, or reset the password.")


class WrongPassword(DomainError):
    code = "wrong_password"
    status = 403
    title = "The password is wrong"

    def __init__(self) -> None:
        super().__init__("Type the present password again.")


class Register(APIView):
    """Exchange an activation code for an account and a signed-in device."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]

    throttle_classes = [by_ip("register"), by_field("register_code", "activationCode")]
    attempt: Attempt | None

    @extend_schema(request=RegisterInput, responses={201: SignedInOutput})
    @exactly_once("register")
    def post(self, request: Request) -> Response:
        given = RegisterInput(data=request.data)
        given.is_valid(raise_exception=True)
        now = timezone.now()
        data = given.validated_data
        device = {"name": data.pop("device_name"), "platform": data.pop("platform")}
        user_id = self.attempt.pk if self.attempt else uuid.uuid4()
        user = registration.register(**data, user_id=user_id, now=now)
        return Response(_signed_in(user, device, now), status=201)


class Login(APIView):
    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    throttle_classes = [by_ip("login"), by_field("login_account", "username")]

    @extend_schema(request=LoginInput, responses=SignedInOutput)
    def post(self, request: Request) -> Response:
        """Sign in with name or email; the phone becomes a device with tokens of its own."""
        given = LoginInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        user = authenticate(request._request, username=data["username"], password=data["password"])
        if user is None:
            raise WrongSignIn
        device = {"name": data["device_name"], "platform": data["platform"]}
        return Response(_signed_in(user, device, timezone.now()))


class Refresh(APIView):
    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    throttle_classes = [by_ip("refresh")]

    @extend_schema(request=RefreshInput, responses=PairOutput)
    def post(self, request: Request) -> Response:
        """A new pair for the last refresh token. Its answer, if lost, is given again for 30 seconds."""
        given = RefreshInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(tokens.refresh(given.validated_data["refresh"], now=timezone.now()))


class Logout(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: SignedInRequest) -> Response:
        """Sign this device out."""
        tokens.revoke(request.auth, now=timezone.now())
        return Response(status=204)


class Me(APIView):
    def get_throttles(self) -> list[BaseThrottle]:
        return [by_user("password")()] if self.request.method == "DELETE" else []

    @extend_schema(responses=UserOutput)
    def get(self, request: SignedInRequest) -> Response:
        """Who I am, and what is left of the month."""
        usage = quota.usage(request.user, now=timezone.now())
        return Response(UserOutput(described(request.user, usage)).data)

    @extend_schema(request=FarewellInput, responses={202: None})
    def delete(self, request: SignedInRequest) -> Response:
        """Erase the account and everything of it. Every device is signed out at once."""
        given = FarewellInput(data=request.data)
        given.is_valid(raise_exception=True)
        if not request.user.check_password(given.validated_data["password"]):
            raise WrongPassword
        erasure.request(request.user, now=timezone.now())
        return Response(status=202)


class Password(APIView):
    throttle_classes = [by_user("password")]

    @extend_schema(request=PasswordInput, responses=SignedInOutput)
    def post(self, request: SignedInRequest) -> Response:
        """Change the password. Every device is signed out; this one gets new tokens."""
        given = PasswordInput(data=request.data, context={"user": request.user})
        given.is_valid(raise_exception=True)
        if not request.user.check_password(given.validated_data["old_password"]):
            raise WrongPassword
        now = timezone.now()
        passwords.change(request.user, given.validated_data["new_password"], now=now)
        device = {"name": request.auth.name, "platform": request.auth.platform}
        return Response(_signed_in(request.user, device, now))


class Devices(APIView):
    @extend_schema(responses=DeviceOutput(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """Where I am signed in, the device seen last first."""
        rows = tokens.devices(request.user)
        return Response(DeviceOutput(rows, many=True, context={"current": request.auth}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: SignedInRequest) -> Response:
        """Sign out all devices but this one."""
        tokens.revoke_all(request.user, now=timezone.now(), but=request.auth)
        return Response(status=204)


class OneDevice(APIView):
    @extend_schema(operation_id="user_device_destroy", responses={204: None})
    def delete(self, request: SignedInRequest, device_id: uuid.UUID) -> Response:
        """Sign one device out."""
        device = get_object_or_404(Device, pk=device_id, user=request.user)
        tokens.revoke(device, now=timezone.now())
        return Response(status=204)


class Settings(APIView):
    permission_classes = [OwnAddress]

    @extend_schema(responses=PreferencesFields)
    def get(self, request: SignedInRequest, **_: Any) -> Response:
        """How I want to be spoken."""
        return Response(PreferencesFields(preferences.of(request.user)).data)

    @extend_schema(request=PreferencesFields, responses=PreferencesFields)
    def put(self, request: SignedInRequest, **_: Any) -> Response:
        """Replace the settings; what is not sent stays."""
        return self._write(request, partial=False)

    @extend_schema(request=PreferencesFields, responses=PreferencesFields)
    def patch(self, request: SignedInRequest, **_: Any) -> Response:
        """Change some settings. Older names and scales are understood."""
        return self._write(request, partial=True)

    def _write(self, request: SignedInRequest, *, partial: bool) -> Response:
        given = PreferencesFields(preferences.of(request.user), data=request.data, partial=partial)
        given.is_valid(raise_exception=True)
        given.save()
        return Response(given.data)


def _signed_in(user: User, device: dict[str, str], now: Any) -> dict[str, Any]:
    pair = tokens.open_device(user, **device, now=now)
    return SignedInOutput({"user": described(user, quota.usage(user, now=now)), **pair}).data
