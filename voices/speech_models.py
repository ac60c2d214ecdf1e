"""The provider's speech models: what each takes and costs. Staff keep them true."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from voices.providers import capability


class SpeechModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model_id = models.CharField(max_length=60, unique=True, help_text="As the provider calls it.")
    takes_language = models.BooleanField(help_text="Whether a language may be named.")
    max_characters = models.PositiveIntegerField(help_text="In one request.")
    credits_per_character = models.FloatField()
    verified_on = models.DateField(default=timezone.localdate, help_text="When somebody last looked it up.")

    class Meta:
        ordering = ["model_id"]

    def __str__(self) -> str:
        return self.model_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        capability.forget(self.model_id)
