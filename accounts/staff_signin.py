"""The back office's door: as many attempts as at the app's, counted together with them."""

import math
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from accounts import limits


class SignInForm(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        """No password is looked at once there were too many; who is let in and who is not learns nothing else."""
        wait = limits.seconds_to_wait(self.request, "login")
        if name := self.cleaned_data.get("username"):
            wait = max(wait, limits.seconds_to_wait(self.request, "login_account", on=name))
        if wait:
            minutes = {"minutes": math.ceil(wait / 60)}
            raise ValidationError(
                _("Too many attempts. Try again in %(minutes)d minutes."), "rate_limited", minutes
            )
        return super().clean()
