from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from django.utils.translation import get_language
from rest_framework import serializers

from accounts import names, preferences
from accounts.models import Device, Preferences, User
from accounts.quota import Usage


def _acceptable(password: str, user: User) -> str:
    """By Django's validators, whose messages come in the caller's language."""
    try:
        validate_password(password, user)
    except DjangoValidationError as error:
        raise serializers.ValidationError(error.messages) from None
    return password


def _short(name: str, longest: int) -> str:
    """Some letters stand for many once look-alikes are told apart: ﷺ is eighteen."""
    if len(names.key(name)) > longest:
        raise serializers.ValidationError(f"Use plainer letters: this is longer than {longest} of them.")
    return name


class Share(serializers.FloatField):
    """0 to 1. True and false, which Python takes for 1 and 0, are refused."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class RegisterInput(serializers.Serializer):
    username = serializers.RegexField(r"^[\w.@+\- ]+$", min_length=3, max_length=150)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    activationCode = serializers.CharField(max_length=64, source="code")  # noqa: N815
    device_name = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    platform = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(
        choices=Preferences.Language.choices, required=False, help_text="Else that of Accept-Language."
    )

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(preferences.normalised(data) if isinstance(data, dict) else data)

    def validate_username(self, given: str) -> str:
        return _short(given, 300)

    def validate_email(self, given: str) -> str:
        return _short(given, 600)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        someone = User(username=given["username"], email=given["email"])
        try:
            _acceptable(given["password"], someone)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"password": error.detail}) from None
        given.setdefault("language", preferences.LANGUAGES[get_language() or "en"])
        return given


class LoginInput(serializers.Serializer):
    username = serializers.CharField(max_length=254, help_text="Username or email.")
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    device_name = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    platform = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class PasswordInput(serializers.Serializer):
    old_password = serializers.CharField(max_length=200, trim_whitespace=False)
    new_password = serializers.CharField(max_length=200, trim_whitespace=False)

    def validate_new_password(self, given: str) -> str:
        return _acceptable(given, self.context["user"])


class FarewellInput(serializers.Serializer):
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class DeviceOutput(serializers.ModelSerializer):
    current = serializers.SerializerMethodField()

    class Meta:
        model = Device
        fields = ["id", "name", "platform", "created_at", "last_seen_at", "current"]

    def get_current(self, device: Device) -> bool:
        return device == self.context["current"]


class RefreshInput(serializers.Serializer):
    refresh = serializers.CharField(max_length=2000)


class UserOutput(serializers.Serializer):
    user_id = serializers.UUIDField()
    username = serializers.CharField()
    email = serializers.EmailField()
    charCount = serializers.IntegerField()  # noqa: N815
    monthlyLimit = serializers.IntegerField()  # noqa: N815
    resets_at = serializers.DateTimeField()
    charsUsedRaw = serializers.IntegerField()  # noqa: N815
    charsUsedEffective = serializers.FloatField(help_text="In the provider's credits.")  # noqa: N815


class SignedInOutput(serializers.Serializer):
    user = UserOutput()
    access = serializers.CharField()
    refresh = serializers.CharField()


class PairOutput(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


def described(user: User, usage: Usage) -> dict[str, Any]:
    return {
        "user_id": user.pk,
        "username": user.username,
        "email": user.email,
        "charCount": usage.used,
        "monthlyLimit": usage.limit,
        "resets_at": usage.resets_at,
        "charsUsedRaw": usage.used,
        "charsUsedEffective": usage.effective,
    }


class PreferencesFields(serializers.ModelSerializer):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.FloatField: Share,
    }

    OS = serializers.ChoiceField(choices=Preferences.Platform.choices, source="os", required=False)

    class Meta:
        model = Preferences
        fields = [
            "language",
            "voice_similarity",
            "stability",
            "style",
            "add_background_sound",
            "background_volume",
            "sex",
            "OS",
        ]

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return super().to_internal_value(data)
        data = preferences.normalised(data)
        if self.partial and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name: ["There is no such setting."] for name in unknown})
        return super().to_internal_value(data)

    def update(self, instance: Preferences, validated_data: dict[str, Any]) -> Preferences:
        return preferences.write(instance, validated_data)
