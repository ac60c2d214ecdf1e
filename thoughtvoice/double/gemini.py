"""Gemini's side of the double: generateContent, whole and as server-sent events."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from thoughtvoice.double.faults import Fault, Pause
from thoughtvoice.double.replies import Call, Reply, as_json
from thoughtvoice.double.state import Refused, Workspace

SHORTEST_SERVER_TIMEOUT = 10
"""Seconds; the service refuses an X-Server-Timeout below (livekit/agents issue 3723)."""

THOUGHTS = 400
"""Tokens that a model thinks when nobody turned that down; they count against maxOutputTokens."""

ERRORS: Mapping[str, tuple[int, str, str]] = {
    "429": (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    "quota_per_day": (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    "500": (500, "INTERNAL", "An internal error has occurred."),
    "503": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "invalid_api_key": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "missing_api_key": (403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."),
    "model_not_found": (404, "NOT_FOUND", "The model is not found for this API version."),
    "thinking_not_supported": (400, "INVALID_ARGUMENT", "Thinking level is not supported for this model."),
    "deadline_too_short": (
        400,
        "INVALID_ARGUMENT",
        "Manually set deadline is too short. Minimum allowed deadline is 10s.",
    ),
}

PHRASES = {
    "en": "I closed my eyes, the room went quiet, and all that stayed in front of me was {value}, bright.",
    "es": "Cerré los ojos, la sala quedó en silencio y lo único que seguía ante mí era {value}, muy claro.",
}


def refusal(fault: Fault) -> Reply | None:
    if fault.kind not in ERRORS:
        return None
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return as_json(_error(fault), status=ERRORS[fault.kind][0], headers=headers)


def _error(fault: Fault) -> dict[str, Any]:
    status, name, message = ERRORS[fault.kind]
    return {"error": {"code": status, "message": message, "status": name, "details": _details(fault)}}


def _details(fault: Fault) -> list[dict[str, Any]]:
    if fault.kind == "invalid_api_key":
        return [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    if fault.kind not in {"429", "quota_per_day"}:
        return []
    window = "PerDay" if fault.kind == "quota_per_day" else "PerMinute"
    violation = {"quotaId": f"GenerateRequests{window}PerProjectPerModel"}
    failure = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}
    return [failure, {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}]


def _answer(text: str | None, *, finish: str = "STOP", thoughts: int = 0) -> dict[str, Any]:
    """`finish` is empty for a piece that is not the last."""
    content: dict[str, Any] = {"role": "model"}
    if text is not None:
        content["parts"] = [{"text": text}]
    visible = len(text or "") // 4
    usage: dict[str, int] = {"promptTokenCount": 300, "totalTokenCount": 300 + visible + thoughts}
    usage |= {"candidatesTokenCount": visible, "thoughtsTokenCount": thoughts}
    return {
        "candidates": [{"content": content, "index": 0, **({"finishReason": finish} if finish else {})}],
        "usageMetadata": usage,
        "responseId": "double",
    }


ANSWERS: Mapping[str, dict[str, Any]] = {
    "blocked_prompt": {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
    "blocked_candidate": _answer(None, finish="SAFETY"),
    "recitation": _answer(None, finish="RECITATION"),
    "max_tokens": _answer("I closed my eyes and", finish="MAX_TOKENS", thoughts=THOUGHTS),
    "thought_itself_out": _answer(None, finish="MAX_TOKENS", thoughts=THOUGHTS),
    "no_parts": _answer(None),
    "empty_text": _answer(""),
    "empty_candidates": {"candidates": []},
}


def _saying(answer: dict[str, Any]) -> Callable[[Reply], Reply]:
    """This answer in place of the real one, whole or as the one piece of a stream."""
    return lambda reply: (
        as_json(answer) if isinstance(reply.body, bytes) else replace(reply, body=_event(answer))
    )


def _breaking_off(reply: Reply) -> Reply:
    """An error where the rest of a stream would be, when its 200 has long left."""
    first = next(iter(reply.parts()))
    return replace(reply, body=[first, _event(_error(Fault(kind="503")))])


ALTERED: Mapping[str, Callable[[Reply], Reply]] = {
    "error_mid_stream": _breaking_off,
    **{kind: _saying(answer) for kind, answer in ANSWERS.items()},
}


class Gemini:
    """Answers every prompt with one sentence around what stands between `<value…>` tags in it."""

    altered = ALTERED
    refused = (*ANSWERS, *ERRORS)
    refusal = staticmethod(refusal)

    def __init__(self, workspace: Workspace, pause: Pause) -> None:
        self.workspace = workspace
        self._pause = pause
        self.say: Callable[[Call], str] = _sentence

    @property
    def routes(self) -> list[tuple[str, str, str, Callable[..., Reply]]]:
        models = r"/(v1|v1beta)/models/([\w.-]+)"
        return [
            ("POST", models + ":generateContent", "write", self.whole),
            ("POST", models + ":streamGenerateContent", "write", self.events),
            ("GET", models, "model", self.model),
        ]

    def authorise(self, call: Call) -> None:
        key = call.headers.get("x-goog-api-key")
        if not key:
            raise Refused("missing_api_key")
        if self.workspace.settings.api_key not in (None, key):
            raise Refused("invalid_api_key")

    def whole(self, call: Call, version: str, model: str) -> Reply:
        answer = self._answer(call, version, model)
        self._pause(self.workspace.settings.writing_total)
        return as_json({**answer, "modelVersion": model})

    def model(self, call: Call, version: str, model: str) -> Reply:
        return as_json({"name": f"models/{model}", "supportedActions": ["generateContent"]})

    def events(self, call: Call, version: str, model: str) -> Reply:
        answer = self._answer(call, version, model)
        body = self._streamed(answer, model)
        return Reply(headers={"Content-Type": "text/event-stream"}, body=body, framing="chunked")

    def _answer(self, call: Call, version: str, model: str) -> dict[str, Any]:
        timeout = call.headers.get("x-server-timeout")
        if timeout is not None and float(timeout) < SHORTEST_SERVER_TIMEOUT:
            raise Refused("deadline_too_short")
        if model.endswith("-latest") and version == "v1":
            raise Refused("model_not_found")
        config = call.json().get("generationConfig", {})
        thoughts = _thoughts(model, config.get("thinkingConfig", {}))
        text = self.say(call)
        if thoughts + len(text) // 4 > config.get("maxOutputTokens", 65_536):
            return _answer(None, finish="MAX_TOKENS", thoughts=thoughts)
        return _answer(text, thoughts=thoughts)

    def _streamed(self, answer: dict[str, Any], model: str) -> Iterator[bytes]:
        settings, candidate = self.workspace.settings, answer["candidates"][0]
        self._pause(settings.writing_first_token)
        words = "".join(part["text"] for part in candidate["content"].get("parts", [])).split(" ")
        middle = len(words) // 2
        yield _event({**_answer(" ".join(words[:middle]) + " ", finish=""), "modelVersion": model})
        self._pause(max(settings.writing_total - settings.writing_first_token, 0))
        last = _answer(" ".join(words[middle:]), finish=candidate["finishReason"])
        yield _event({**last, "modelVersion": model})


def _event(piece: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(piece).encode() + b"\r\n\r\n"


def _thoughts(model: str, config: Mapping[str, Any]) -> int:
    """Tokens thought under this setting. A family refuses the other family's way of saying it."""
    level = config.get("thinkingLevel", config.get("thinking_level"))
    budget = config.get("thinkingBudget", config.get("thinking_budget"))
    if "2.5" in model:
        if level is not None or (budget == 0 and "pro" in model):
            raise Refused("thinking_not_supported")
        return THOUGHTS if budget is None else budget
    if level is not None and budget is not None:
        raise Refused("thinking_not_supported")
    if str(level).lower() == "minimal" and "pro" in model:
        raise Refused("thinking_not_supported")
    return 0 if str(level).lower() == "minimal" or budget == 0 else THOUGHTS


def _sentence(call: Call) -> str:
    given = call.json()
    prompt = "".join(part.get("text", "") for part in given["contents"][-1]["parts"])
    found = re.search(r"<(value[\w-]*)>\n?(.*?)\n?</\1>", prompt, re.DOTALL)
    instruction = json.dumps(given.get("systemInstruction", {}), ensure_ascii=False)
    phrase = PHRASES["es" if "español" in instruction else "en"]
    return phrase.format(value=found[2] if found else "nothing at all")
