from dataclasses import replace
from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.models import Preferences
from accounts.serializers import PreferencesFields
from perform.models import Background, Pack, Performance, Routine
from perform.performances import ROOM_FOR_WORDS, Wish
from voices.providers.base import Delivery

LONGEST_TEXT = settings.MAX_INPUT_CHARS + ROOM_FOR_WORDS
"""Characters of a text to be spoken: any thought fits."""


class ThoughtInput(serializers.Serializer):
    routine_type = serializers.CharField(max_length=40)
    value = serializers.CharField(
        max_length=settings.MAX_INPUT_CHARS, help_text="A card, a number, a sign, …"
    )
    topic = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    settings_override = serializers.DictField(required=False)


class SpeechInput(serializers.Serializer):
    voice = serializers.ChoiceField(choices=["own", "any"], default="any")
    settings_override = serializers.DictField(
        required=False, help_text="Any of the settings, and `background`: the name of a sound."
    )

    def _manner(self, preferences: Preferences) -> dict[str, Any]:
        """How it is to be spoken, under the performer's settings and those sent along."""
        given: dict[str, Any] = self.validated_data
        override = dict(given.get("settings_override") or {})
        background = override.pop("background", None)
        preferences = overridden(preferences, override)
        if background is not None:
            preferences.add_background_sound = True
        return manner(preferences, own_only=given["voice"] == "own", background=str(background or ""))


class PerformInput(SpeechInput, ThoughtInput):
    def wish(self, preferences: Preferences) -> Wish:
        given: dict[str, Any] = self.validated_data
        return Wish(
            routine=given["routine_type"],
            value=given["value"],
            topic=given["topic"],
            **self._manner(preferences),
        )


class AudioInput(SpeechInput):
    text = serializers.CharField(max_length=LONGEST_TEXT)

    def wish(self, preferences: Preferences) -> Wish:
        given: dict[str, Any] = self.validated_data
        return Wish(text=given["text"], kind=Performance.Kind.AUDIO, **self._manner(preferences))


def overridden(preferences: Preferences, override: dict[str, Any] | None) -> Preferences:
    """The same preferences with some replaced for once; they are not saved."""
    if override:
        given = PreferencesFields(preferences, data=override, partial=True)
        given.is_valid(raise_exception=True)
        for name, value in given.validated_data.items():
            setattr(preferences, name, value)
    return preferences


def manner(
    preferences: Preferences, *, own_only: bool, background: str = "", language: str = ""
) -> dict[str, Any]:
    """What a Wish takes from the settings."""
    spoken = delivery(preferences)
    return {
        "own_only": own_only,
        "delivery": replace(spoken, language=language or spoken.language),  # type: ignore[arg-type]
        "background": background,
        "volume": preferences.background_volume if preferences.add_background_sound else 0.0,
    }


def delivery(preferences: Preferences) -> Delivery:
    return Delivery(
        language=preferences.iso,
        sex="male" if preferences.sex == Preferences.Sex.MALE else "female",
        stability=preferences.stability,
        similarity=preferences.voice_similarity,
        style=preferences.style,
    )


class RoutineOutput(serializers.Serializer):
    routine_type = serializers.CharField()
    name = serializers.CharField()
    value_hint = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())
    values = serializers.ListField(child=serializers.CharField())


def described(routine: Routine, language: str) -> dict[str, Any]:
    fields = ("name", "value_hint", "examples", "values")
    return {"routine_type": routine.key, **{name: routine.in_language(name, language) for name in fields}}


class BackgroundOutput(serializers.Serializer):
    background = serializers.CharField(source="key", help_text="What settings_override takes.")
    name = serializers.SerializerMethodField()

    def get_name(self, sound: Background) -> str:
        return sound.name_es if self.context["language"] == "es" else sound.name_en


class PerformanceOutput(serializers.ModelSerializer):
    performance_id = serializers.UUIDField(source="id")
    routine_type = serializers.CharField(source="routine")
    voiceSource = serializers.CharField(source="voice_source")  # noqa: N815

    class Meta:
        model = Performance
        fields = [
            "performance_id",
            "created_at",
            "state",
            "failure",
            "routine_type",
            "value",
            "text",
            "text_source",
            "voiceSource",
            "characters",
            "seconds",
        ]


class ThoughtOutput(serializers.Serializer):
    routine_type = serializers.CharField()
    text = serializers.CharField()
    text_source = serializers.ChoiceField(choices=["gemini", "template"])


class PerformOutput(serializers.Serializer):
    performance_id = serializers.UUIDField()
    routine_type = serializers.CharField()
    text = serializers.CharField()
    text_source = serializers.ChoiceField(choices=["gemini", "template", "caller"])
    voiceSource = serializers.CharField()  # noqa: N815
    charCount = serializers.IntegerField(help_text="Of this month, as it is enforced.")  # noqa: N815
    monthlyLimit = serializers.IntegerField()  # noqa: N815
    charsUsedRaw = serializers.IntegerField(help_text="Of this text.")  # noqa: N815
    charsUsedEffective = serializers.FloatField(  # noqa: N815
        help_text="What the provider's model takes for them; the month counts the raw ones."
    )
    seconds = serializers.FloatField()
    mime_type = serializers.CharField(default="audio/mpeg")
    filename = serializers.CharField()
    audio_base64 = serializers.CharField()


class PackInput(serializers.Serializer):
    routine_type = serializers.CharField(max_length=40)
    language = serializers.CharField(max_length=10, required=False)


class PackOutput(serializers.ModelSerializer):
    pack_id = serializers.UUIDField(source="id")
    routine_type = serializers.CharField(source="routine")

    class Meta:
        model = Pack
        fields = ["pack_id", "created_at", "state", "failure", "routine_type", "language"]


class ProgressOutput(PackOutput):
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    characters_expected = serializers.IntegerField(help_text="Of what is still to be made.")
    characters_left = serializers.IntegerField(help_text="Of the month's allowance.")

    class Meta(PackOutput.Meta):
        fields = [
            *PackOutput.Meta.fields,
            *("total", "done", "failed", "characters_expected", "characters_left"),
        ]


class WarmInput(serializers.Serializer):
    performs = serializers.IntegerField(default=1, min_value=1, max_value=1000)


class WarmOutput(serializers.Serializer):
    state = serializers.ChoiceField(choices=["ready", "building", "queued", "none", "pool_off"])
    pinned_until = serializers.DateTimeField(allow_null=True)
    expected_seconds = serializers.FloatField()
    go = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.DictField())
    performs_left = serializers.IntegerField()
    latencies_ms = serializers.DictField(child=serializers.FloatField())
