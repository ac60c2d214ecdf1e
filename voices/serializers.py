from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.module_loading import import_string
from rest_framework import serializers

from voices import cloning, samples, uploads
from voices.models import Sample, Voice
from voices.providers.base import Language

SLOT_OF = "pool.sharing.slot_of"
"""By name: the pool knows voices, not the other way round."""
BUSY = {"building", "unknown"}
AWAITED = 60
"""Seconds in which a worker that lives has taken up what an upload asks for."""


class FilesInput(serializers.Serializer):
    audio = serializers.ListField(child=serializers.FileField(allow_empty_file=True))
    consent = serializers.BooleanField(default=False)


class Base64Input(serializers.Serializer):
    audio_base64 = serializers.CharField(allow_blank=True, trim_whitespace=False, help_text="Or a data URL.")
    mime_type = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    duration_seconds = serializers.FloatField(required=False, allow_null=True)
    consent = serializers.BooleanField(default=False)


class UploadInput(FilesInput, Base64Input):
    """Files, or the field app's JSON. What a client says of type and length is not believed."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["audio"].required = fields["audio_base64"].required = False
        return fields

    def validate_audio_base64(self, text: str) -> bytes:
        try:
            return uploads.from_base64(text)
        except ValueError:
            raise serializers.ValidationError("This is not base64.") from None

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if bool(given.get("audio")) == ("audio_base64" in given):
            raise serializers.ValidationError({"audio": ["Send files as audio, or one as audio_base64."]})
        return given

    def recordings(self) -> list[bytes]:
        files = self.validated_data.get("audio")
        return [file.read() for file in files] if files else [self.validated_data["audio_base64"]]


class ReasonOutput(serializers.Serializer):
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["reject", "warn"])
    message = serializers.CharField()


class SampleOutput(serializers.ModelSerializer):
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Sample
        fields = [
            *("id", "created_at", "verdict", "score", "seconds", "sample_hash", "pipeline"),
            *("measurements", "reasons"),
        ]

    def get_reasons(self, sample: Sample) -> list[dict[str, str]]:
        return samples.told(sample.problems, self.context.get("language", "en"))


class QualityOutput(serializers.Serializer):
    score = serializers.IntegerField(allow_null=True)
    warnings = ReasonOutput(many=True)
    measurements = serializers.JSONField()


class PastOutput(serializers.ModelSerializer):
    class Meta:
        model = Sample
        fields = ["created_at", "verdict", "score", "seconds", "pipeline"]


class BoundsOutput(serializers.Serializer):
    min_seconds = serializers.FloatField()
    max_seconds = serializers.FloatField()
    max_bytes = serializers.IntegerField()
    max_files = serializers.IntegerField()


class AgreementOutput(serializers.Serializer):
    version = serializers.CharField()
    language = serializers.ChoiceField(choices=["en", "es"])
    text = serializers.CharField()
    recording = BoundsOutput(help_text="What a recording may be.")


class VoiceOutput(serializers.Serializer):
    state = serializers.ChoiceField(choices=["none", "pooled"])
    has_sample = serializers.BooleanField()
    revision = serializers.IntegerField()
    speaking_revision = serializers.IntegerField(
        allow_null=True, help_text="Of the clone that speaks; below `revision` until the new one is ready."
    )
    building = serializers.BooleanField()
    progress = serializers.ChoiceField(choices=["none", "waiting", "building", "ready"])
    cloning_allowed = serializers.BooleanField()
    recorded_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    quality = QualityOutput(allow_null=True)
    history = PastOutput(many=True)


class VerdictOutput(serializers.Serializer):
    accepted = serializers.BooleanField()
    score = serializers.IntegerField(allow_null=True)
    warnings = ReasonOutput(many=True)
    recordings = SampleOutput(many=True)


class UploadedOutput(serializers.Serializer):
    same_recording = serializers.BooleanField()
    sample = SampleOutput()
    verdict = VerdictOutput()
    voice = VoiceOutput()


def described(voice: Voice | None, *, language: Language, queued: bool = False) -> dict[str, Any]:
    """`pooled`: a clone that may speak is resident; `building`: one is being made, or is about to be."""
    sample = voice.sample if voice else None
    slot = import_string(SLOT_OF)(voice) if voice else None
    speaks = _speaking_revision(voice, slot) if voice and sample else None
    current = voice is not None and speaks == voice.revision
    building = not current and (queued or bool(slot and slot.state in BUSY) or _awaited(voice, sample))
    return {
        "state": "none" if speaks is None else "pooled",
        "has_sample": sample is not None,
        "revision": voice.revision if voice else 0,
        "speaking_revision": speaks,
        "building": building,
        "progress": _progress(sample, building=building, current=current),
        "cloning_allowed": cloning.allowed(voice),
        "recorded_at": sample.created_at if sample else None,
        "seconds": sample.seconds if sample else None,
        "quality": _quality(sample, language) if sample else None,
        "history": samples.history(voice.user) if voice else [],
    }


def _awaited(voice: Any, sample: Sample | None) -> bool:
    """The upload has asked for a build that nobody has begun yet."""
    if voice is None or sample is None or timezone.now() - sample.created_at > timedelta(seconds=AWAITED):
        return False
    begun = voice.builds.filter(started_at__gte=sample.created_at).exists()
    return not begun and cloning.in_advance(voice)


def _speaking_revision(voice: Voice, slot: Any) -> int | None:
    """As this voice counts them, also where another account's clone of the same recording speaks."""
    if slot is None or not slot.speaks:
        return None
    return max(0, voice.revision - (slot.voice.revision - slot.revision))


def verdict(accepted: samples.Accepted, *, language: Language) -> dict[str, Any]:
    best = accepted.voice.sample
    assert best is not None
    return {"accepted": True, "recordings": accepted.samples, **_quality(best, language)}


def _quality(sample: Sample, language: Language) -> dict[str, Any]:
    return {
        "score": sample.score,
        "warnings": samples.told(sample.problems, language),
        "measurements": sample.measurements,
    }


def _progress(sample: Sample | None, *, building: bool, current: bool) -> str:
    if sample is None:
        return "none"
    if current:
        return "ready"
    return "building" if building else "waiting"
