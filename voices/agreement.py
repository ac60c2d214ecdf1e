"""What a speaker agrees to, by version: a record of consent names the wording that was shown."""

from voices.providers.base import Language

VERSION = "2026-11"

TEXTS: dict[str, dict[Language, str]] = {
    "2026-11": {
        "en": (
            "This is my own voice. I agree that ThoughtVoice keeps this recording, has a computer imitate my "
            "voice from it at a voice service, and speaks the thoughts I ask for in that voice. I can take "
            "this back at any time: recording, imitation and what was spoken with it are then deleted."
        ),
        "es": (
            "Esta es mi propia voz. Acepto que ThoughtVoice guarde esta grabación, que un ordenador imite mi "
            "voz a partir de ella en un servicio de voz y que diga con esa voz los pensamientos que yo pida. "
            "Puedo retirarlo en cualquier momento: se borran entonces la grabación, la imitación y lo que se "
            "dijo con ella."
        ),
    }
}
