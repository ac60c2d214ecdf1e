"""One example for each shape in the OpenAPI document, by its name there."""

from typing import Any

REQUEST_ID = "5f0c2a7e9b8d4c1e8a6f3b2d1c0e9f8a"
SOME_ID = "8f14e45f-ceea-467f-a0e6-1f2b3c4d5e6f"
BEGAN = "2026-11-23T19:30:00Z"
ENDS = "2026-12-01T00:00:00Z"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTUwMDB9.c2lnbmF0dXJl"  # noqa: S105
PASSWORD = "seven bright candles"  # noqa: S105

INVALID = {
    "type": "urn:thoughtvoice:problem:invalid",
    "title": "The request is malformed",
    "status": 400,
    "detail": "Some fields are not as they should be.",
    "code": "invalid",
    "retryable": False,
    "errors": {"language": ["“klingon” is not a valid choice."]},
}
THOUGHT = "Something red and regal keeps coming back to me. It is the Queen of Hearts."
DEVICE = {"device_name": "Carol's phone", "platform": "ios"}
PAIR = {"access": TOKEN, "refresh": TOKEN}
MEASUREMENTS = {"seconds": 42.1, "snr_db": 31.4, "level_db": -23.0}
ADVICE = {
    "code": "pauses",
    "severity": "warn",
    "message": "38% of the recording is silence. Read without long pauses for a better voice.",
}
BOUNDS = {"min_seconds": 30.0, "max_seconds": 60.0, "max_bytes": 3_145_728, "max_files": 5}
USER = {
    "user_id": SOME_ID,
    "username": "carol",
    "email": "carol@example.org",
    "charCount": 812,
    "monthlyLimit": 4000,
    "resets_at": ENDS,
    "charsUsedRaw": 812,
    "charsUsedEffective": 406.0,
}
PREFERENCES = {
    "language": "english",
    "voice_similarity": 0.75,
    "stability": 0.5,
    "style": 0.0,
    "add_background_sound": False,
    "background_volume": 0.3,
    "sex": "female",
    "OS": "ios",
}
PAST = {"created_at": BEGAN, "verdict": "used", "score": 88, "seconds": 42.1, "pipeline": "3"}
SAMPLE = {
    "id": SOME_ID,
    **PAST,
    "sample_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "measurements": MEASUREMENTS,
    "reasons": [ADVICE],
}
QUALITY = {"score": 88, "warnings": [ADVICE], "measurements": MEASUREMENTS}
VOICE = {
    "state": "none",
    "has_sample": True,
    "revision": 1,
    "speaking_revision": None,
    "building": True,
    "progress": "building",
    "cloning_allowed": True,
    "recorded_at": BEGAN,
    "seconds": 42.1,
    "quality": QUALITY,
    "history": [PAST],
}
VERDICT = {"accepted": True, "score": 88, "warnings": [ADVICE], "recordings": [SAMPLE]}
WISH = {"routine_type": "cards", "value": "Queen of Hearts", "topic": "a lost letter"}
PERFORMANCE = {
    "performance_id": SOME_ID,
    "created_at": BEGAN,
    "state": "done",
    "failure": "",
    "routine_type": "cards",
    "value": "Queen of Hearts",
    "text": THOUGHT,
    "text_source": "gemini",
    "voiceSource": "pooled",
    "characters": len(THOUGHT),
    "seconds": 5.2,
}
PACK = {
    "pack_id": SOME_ID,
    "created_at": BEGAN,
    "state": "making",
    "failure": "",
    "routine_type": "cards",
    "language": "en",
    "total": 52,
    "done": 17,
    "failed": 0,
    "characters_expected": 3850,
    "characters_left": 3188,
}

SLOT = {
    "slot": 1,
    "state": "ready",
    "user_id": SOME_ID,
    "username": "carol",
    "idle_seconds": 40,
    "pinned_seconds": 0,
    "since": BEGAN,
    "error": "",
}
ACCOUNT = {
    "account": "default",
    "allowed": 10,
    "foreign_voices": 0,
    "creations_used": 12,
    "creations_limit": 95,
    "characters_used": 10_400,
    "characters_limit": 500_000,
    "resets_at": ENDS,
    "polled_at": BEGAN,
    "slots": [SLOT],
}

OF: dict[str, Any] = {
    "AccountOutput": ACCOUNT,
    "AgreementOutput": {
        "version": "2026-11",
        "language": "en",
        "text": "This is my own voice. I agree that …",
        "recording": BOUNDS,
    },
    "AudioInputRequest": {"text": "Good evening, and welcome.", "voice": "own"},
    "BackgroundOutput": {"background": "rain", "name": "Rain"},
    "Base64InputRequest": {
        "audio_base64": "AAAAGGZ0eXBNNEEg",
        "mime_type": "audio/mp4",
        "duration_seconds": 42.1,
        "consent": True,
    },
    "BoundsOutput": BOUNDS,
    "DeviceOutput": {
        "id": SOME_ID,
        "name": "Carol's phone",
        "platform": "ios",
        "created_at": BEGAN,
        "last_seen_at": BEGAN,
        "current": True,
    },
    "EvictInputRequest": {"user_id": SOME_ID},
    "EvictedOutput": {"evicted": True, "state": "free"},
    "FarewellInputRequest": {"password": PASSWORD},
    "FilesInputRequest": {"audio": ["(a file)"], "consent": True},
    "LoginInputRequest": {"username": "carol", "password": PASSWORD, **DEVICE},
    "PackInputRequest": {"routine_type": "cards", "language": "english"},
    "PaginatedPerformanceOutputList": {
        "next": "https://voice.example.org/performances?cursor=cD0yMDI2",
        "previous": None,
        "results": [PERFORMANCE],
    },
    "PairOutput": PAIR,
    "PasswordInputRequest": {"old_password": PASSWORD, "new_password": "eight dark curtains"},
    "PastOutput": PAST,
    "PatchedPreferencesFieldsRequest": {"language": "spanish"},
    "PerformInputRequest": {
        **WISH,
        "voice": "own",
        "settings_override": {"style": 0.2, "background": "rain"},
    },
    "PerformOutput": {
        "performance_id": SOME_ID,
        "routine_type": "cards",
        "text": THOUGHT,
        "text_source": "gemini",
        "voiceSource": "pooled",
        "charCount": 812,
        "monthlyLimit": 4000,
        "charsUsedRaw": len(THOUGHT),
        "charsUsedEffective": len(THOUGHT) / 2,
        "seconds": 5.2,
        "mime_type": "audio/mpeg",
        "filename": f"{SOME_ID}.mp3",
        "audio_base64": "SUQzBAAAAAAAI1RTU0UAAAAP",
    },
    "PerformanceOutput": PERFORMANCE,
    "PreferencesFields": PREFERENCES,
    "PreferencesFieldsRequest": PREFERENCES,
    "ProgressOutput": PACK,
    "QualityOutput": QUALITY,
    "ReasonOutput": ADVICE,
    "ReconcileInputRequest": {"repair": False},
    "ReconciledOutput": {"repaired": False, "drift": {"default": {"orphans": 0, "missing": 1}}},
    "RefreshInputRequest": {"refresh": TOKEN},
    "RegisterInputRequest": {
        "username": "carol",
        "email": "carol@example.org",
        "password": PASSWORD,
        "activationCode": "7YGLYHJXW95",
        **DEVICE,
    },
    "RoutineOutput": {
        "routine_type": "cards",
        "name": "Playing cards",
        "value_hint": "A playing card, such as Queen of Hearts or Q♥",
        "examples": ["Queen of Hearts", "7 of clubs"],
        "values": ["Ace of Clubs", "Two of Clubs"],
    },
    "SampleOutput": SAMPLE,
    "SignedInOutput": {"user": USER, **PAIR},
    "SlotOutput": SLOT,
    "StatusOutput": {
        "enabled": True,
        "capacity": 10,
        "strategy": "hybrid",
        "sentence": "The voice least likely to be needed soon goes first.",
        "ttl_minutes": 30,
        "cloning": True,
        "sharing": False,
        "accounts": [ACCOUNT],
    },
    "ThoughtInputRequest": WISH,
    "ThoughtOutput": {"routine_type": "cards", "text": THOUGHT, "text_source": "gemini"},
    "UploadedOutput": {"same_recording": False, "sample": SAMPLE, "verdict": VERDICT, "voice": VOICE},
    "UserOutput": USER,
    "VerdictOutput": VERDICT,
    "VoiceOutput": VOICE,
    "WarmInputRequest": {"performs": 20},
    "WarmOutput": {
        "state": "ready",
        "pinned_until": "2026-11-23T20:00:00Z",
        "expected_seconds": 0.0,
        "go": True,
        "reasons": [],
        "performs_left": 28,
        "latencies_ms": {"writer": 410.0, "voice": 3.1, "speech": 290.5, "first_audio": 711.2},
    },
}
