"""ElevenLabs' side of the double: the calls we make, with its answers, headers and refusals."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from functools import partial
from typing import Any
from uuid import uuid4

from thoughtvoice.double import speech
from thoughtvoice.double.faults import Pause
from thoughtvoice.double.refusals import REFUSALS, refusal
from thoughtvoice.double.replies import Call, Framing, Reply, as_json
from thoughtvoice.double.state import PREMADE, Refused, Voice, Workspace

ODD_PIECE = 4_801
"""Bytes sent at once: odd, as real chunks are cut anywhere, also through the middle of a sample."""

AUDIO_BEGINNINGS = (b"fLaC", b"RIFF", b"ID3", b"\xff\xfb", b"OggS", b"\x1aE\xdf\xa3")


def _changed(**fields: Any) -> Callable[[Reply], Reply]:
    def change(reply: Reply) -> Reply:
        assert isinstance(reply.body, bytes)
        return as_json({**json.loads(reply.body), **fields}, headers=reply.headers)

    return change


ALTERED: Mapping[str, Callable[[Reply], Reply]] = {
    "requires_verification": _changed(requires_verification=True),
    "page_without_token": _changed(has_more=True, next_page_token=None),
    "page_that_repeats": _changed(has_more=True, next_page_token="again"),  # noqa: S106 - a place, no secret
    "voice_without_id": _changed(voices=[{"name": "nameless", "category": "cloned"}]),
    "strange_figures": _changed(voice_limit="many", voice_slots_used=None),
}


class ElevenLabs:
    """The routes over one workspace; `pause` waits and says whether the server is stopping."""

    altered = ALTERED
    refused = REFUSALS
    refusal = staticmethod(refusal)

    def __init__(self, workspace: Workspace, pause: Pause) -> None:
        self.workspace = workspace
        self._pause = pause

    @property
    def routes(self) -> list[tuple[str, str, str, Callable[..., Reply]]]:
        return [
            ("POST", r"/v1/voices/add", "clone", self.clone),
            ("GET", r"/v2/voices", "list", self.page),
            ("GET", r"/v1/voices", "list", self.everything),
            ("GET", r"/v1/voices/(\w+)", "get", self.get),
            ("DELETE", r"/v1/voices/(\w+)", "delete", self.delete),
            ("POST", r"/v1/text-to-speech/(\w+)/stream", "speak", self.stream),
            ("POST", r"/v1/text-to-speech/(\w+)", "speak", self.convert),
            ("GET", r"/v1/user/subscription", "account", self.subscription),
            ("GET", r"/v1/models", "models", self.models),
        ]

    def authorise(self, call: Call) -> None:
        key = call.headers.get("xi-api-key")
        if not key:
            raise Refused("missing_api_key")
        if self.workspace.settings.api_key not in (None, key):
            raise Refused("invalid_api_key")

    def clone(self, call: Call) -> Reply:
        fields, files = multipart(call)
        if not files or not all(content.startswith(AUDIO_BEGINNINGS) for content in files):
            raise Refused("invalid_content")
        self._pause(self.workspace.settings.clone_seconds)
        labels = json.loads(fields.get("labels") or "null") or {}
        voice = self.workspace.add(fields["name"], labels=labels, description=fields.get("description"))
        return as_json({"voice_id": voice.voice_id, "requires_verification": False})

    def delete(self, call: Call, voice_id: str) -> Reply:
        self.workspace.delete(voice_id)
        return as_json({"status": "ok"})

    def get(self, call: Call, voice_id: str) -> Reply:
        return as_json(_described(self.workspace.find(voice_id)))

    def everything(self, call: Call) -> Reply:
        return as_json({"voices": [_described(voice) for voice in (*PREMADE, *self.workspace.voices)]})

    def page(self, call: Call) -> Reply:
        """The newest first; premade voices come on top of the first page's size unless asked away."""
        size, token = int(call.query.get("page_size", 10)), call.query.get("next_page_token")
        found = [voice for voice in self.workspace.voices if _matches(voice, call.query.get("search", ""))]
        later = [voice for voice in found if token is None or voice.number < _place(token)]
        shown, more = later[:size], len(later) > size
        premade = PREMADE if token is None and call.query.get("voice_type") is None else ()
        return as_json(
            {
                "voices": [_described(voice) for voice in (*premade, *shown)],
                "has_more": more,
                "next_page_token": f"before-{shown[-1].number}" if more else None,
                "total_count": len(found),
            }
        )

    def stream(self, call: Call, voice_id: str) -> Reply:
        return self._speech(call, voice_id, framing="chunked")

    def convert(self, call: Call, voice_id: str) -> Reply:
        return self._speech(call, voice_id, framing="length")

    def _speech(self, call: Call, voice_id: str, *, framing: Framing) -> Reply:
        given, settings = call.json(), self.workspace.settings
        text, audio_format = given["text"], call.query.get("output_format", "mp3_44100_128")
        if len(text) > settings.text_limit:
            raise Refused("text_too_long")
        ticket = self.workspace.begin_speech(voice_id, characters=len(text))
        headers = {
            "Content-Type": "audio/mpeg" if audio_format.startswith("mp3") else "audio/pcm",
            "request-id": uuid4().hex,
            "character-cost": str(len(text)),
            "current-concurrent-requests": str(self.workspace.speaking),
            "maximum-concurrent-requests": str(settings.concurrency),
        }
        audio = _encoded(speech.say(text, voice_id), audio_format)
        finish = partial(self.workspace.end_speech, ticket)
        body = self._paced(audio, finish) if framing == "chunked" else audio
        self._pause(settings.speech_first_byte)
        return Reply(headers=headers, body=body, framing=framing, finish=finish)

    def _paced(self, audio: bytes, finish: Callable[[], None]) -> Iterator[bytes]:
        """It has ended before the caller can know that it has, or a deletion at once would look like one too
        early."""
        pace = self.workspace.settings.speech_pace
        for start in range(0, len(audio), ODD_PIECE):
            if start and pace:
                self._pause(ODD_PIECE / 2 / speech.RATE / pace)
            if start + ODD_PIECE >= len(audio):
                finish()
            yield audio[start : start + ODD_PIECE]

    def subscription(self, call: Call) -> Reply:
        space, settings = self.workspace, self.workspace.settings
        return as_json(
            {
                "tier": "starter",
                "status": "active",
                "character_count": space.characters,
                "character_limit": settings.characters_limit,
                "next_character_count_reset_unix": int(time.time()) + 14 * 86_400,
                "voice_slots_used": len(space.voices),
                "voice_limit": settings.voice_limit,
                "voice_add_edit_counter": space.creations,
                "max_voice_add_edits": settings.creations_limit,
                "can_use_instant_voice_cloning": True,
                "max_credit_limit_extension": 0,
                "has_open_invoices": False,
                "open_invoices": [],
            }
        )

    def models(self, call: Call) -> Reply:
        return as_json(
            [_model("eleven_flash_v2_5", 40_000, 0.5), _model("eleven_multilingual_v2", 10_000, 1)]
        )


def _model(identity: str, characters: int, cost: float) -> dict[str, Any]:
    return {
        "model_id": identity,
        "can_do_text_to_speech": True,
        "maximum_text_length_per_request": characters,
        "model_rates": {"character_cost_multiplier": cost},
    }


def _described(voice: Voice) -> dict[str, Any]:
    return {
        "voice_id": voice.voice_id,
        "name": voice.name,
        "category": voice.category,
        "labels": dict(voice.labels),
        "description": voice.description,
        "created_at_unix": voice.created_at or None,
        "is_owner": voice.category != "premade",
    }


def _matches(voice: Voice, wanted: str) -> bool:
    places = (voice.name, voice.description or "", voice.category, *voice.labels.values())
    return any(wanted.lower() in place.lower() for place in places)


def _place(token: str) -> int:
    return int(token.removeprefix("before-")) if token.startswith("before-") else 0


def _encoded(pcm: bytes, audio_format: str) -> bytes:
    if audio_format == "pcm_24000":
        return pcm
    if audio_format.startswith("mp3_"):
        return speech.mp3(pcm, kilobits=int(audio_format.rpartition("_")[2]))
    raise Refused("invalid_output_format")


def multipart(call: Call) -> tuple[dict[str, str], list[bytes]]:
    """The form's text fields by name, and the contents of its files."""
    message = EmailMessage()
    message["Content-Type"] = call.headers["content-type"]
    boundary = b"--" + str(message["Content-Type"].params["boundary"]).encode()
    fields: dict[str, str] = {}
    files: list[bytes] = []
    for part in call.body.split(boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        if b"filename=" in head:
            files.append(content)
        else:
            fields[_name_in(head)] = content.decode()
    return fields, files


def _name_in(head: bytes) -> str:
    return head.partition(b'name="')[2].partition(b'"')[0].decode()
