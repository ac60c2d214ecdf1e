// Record or choose a recording, see the verdict on it, and watch the voice being made.

import { call, get, newKey } from "./api.js";
import { $, attempt, make, notice } from "./page.js";
import { record } from "./recorder.js";
import { draw } from "./waveform.js";
import { advice, t } from "./words.js";

const POLL_MS = 1000;
const FINE = 70;
const BUILD_MS = 60_000;

let limits = { min_seconds: 30, max_seconds: 60 };
let recording = null;
let polling = 0;
let sentAt = -BUILD_MS;

export function begin() {
  $("#mic").onclick = () => (recording ? recording.stop() : start());
  $("#file").onchange = ({ target }) => target.files[0] && send(target.files[0]);
}

export async function enter() {
  const [agreement, voice] = await Promise.all([get("/consent"), get("/user/voice")]);
  limits = agreement.recording;
  $("#agreement").textContent = agreement.text;
  $("#howto").textContent = t("howto", { least: limits.min_seconds, most: limits.max_seconds });
  $("#read").textContent = t("read");
  $("#clock progress").max = limits.max_seconds;
  told(voice);
  if (voice.has_sample && $("#own").hidden) await heardBefore();
  follow(voice);
}

export function leave() {
  recording?.stop();
  clearTimeout(polling);
}

async function start() {
  if (!agreed()) return;
  const panel = $("#recording");
  try {
    recording = await record({ least: limits.min_seconds, most: limits.max_seconds, onTick: tick });
  } catch (error) {
    return notice(panel, t(error.name === "NotAllowedError" ? "mic_refused" : "mic_missing"));
  }
  listening(true);
  const [blob, seconds] = [await recording.whole, recording.seconds()];
  recording = null;
  listening(false);
  if (seconds < limits.min_seconds) {
    return notice(panel, t("advice.short", { seconds: Math.floor(seconds), least: limits.min_seconds }));
  }
  await send(blob);
}

function agreed() {
  const yes = $("#consent").checked;
  notice($("#recording"), yes ? "" : t("consent_first"));
  if (!yes) $("#consent").focus();
  return yes;
}

function listening(on) {
  $("#recording").classList.toggle("listening", on);
  $("#mic").setAttribute("aria-pressed", String(on));
  $("#mic_label").textContent = t(on ? "mic_stop" : "mic_start");
  if (on) return;
  $("#advice").textContent = "";
  level(0);
}

function tick({ seconds, level: loudness, advice: found }) {
  level(loudness);
  $("#clock span").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  $("#clock progress").value = seconds;
  const said = t(`advice.${found}`);
  const place = $("#advice");
  place.dataset.kind = found;
  if (place.textContent !== said) place.textContent = said; // or a screen reader would say it ten times a second
}

function level(loudness) {
  const meter = $("#level");
  meter.setAttribute("aria-valuenow", String(Math.round(loudness * 100)));
  meter.style.setProperty("--level", String(loudness));
}

async function send(blob) {
  if (!agreed()) return;
  const panel = $("#recording");
  const form = new FormData();
  form.append("audio", blob, blob.name ?? "recording");
  form.append("consent", "true");
  $("#advice").textContent = t("sending");
  const answer = await attempt(panel, $("#mic"), async () =>
    (await call("POST", "/user/voice", { form, key: newKey() })).json(),
  );
  $("#advice").textContent = "";
  $("#file").value = "";
  if (!answer) return;
  sentAt = performance.now();
  told(answer.voice);
  await hear(blob, answer.sample.seconds);
  $("#verdict").scrollIntoView({ behavior: "smooth", block: "nearest" });
  follow(answer.voice);
}

async function heardBefore() {
  const response = await call("GET", "/users/me/voice/source", { accept: "audio/flac" });
  await hear(await response.blob());
}

async function hear(blob, seconds) {
  const own = $("#own");
  if (own.src) URL.revokeObjectURL(own.src);
  own.src = URL.createObjectURL(blob);
  own.hidden = false;
  const canvas = $("#wave");
  canvas.setAttribute("aria-label", t("wave_label", { seconds: Math.round(seconds ?? 0) || "" }));
  await draw(canvas, blob).catch(() => {}); // a file that the server reads and this browser does not
}

function told(voice) {
  $("#no_voice").hidden = voice.has_sample;
  $("#heard").hidden = !voice.has_sample;
  if (!voice.has_sample) return clear();
  const { score, warnings } = voice.quality;
  $("#score").textContent = t("score", { score: score ?? "–" });
  $("#score_bar").value = score ?? 0;
  const said = warnings.map(({ message }) => make("li", { className: "warn" }, message));
  $("#reasons").replaceChildren(...(said.length ? said : [make("li", {}, t(score >= FINE ? "flawless" : "usable"))]));
}

function clear() {
  $("#own").hidden = true;
  $("#build").hidden = true;
  $("#to_stage").hidden = true;
}

/** Ask how far the voice is until it is there. */
function follow(voice) {
  clearTimeout(polling);
  if (!voice.has_sample || $("[data-screen=voice]").hidden) return;
  // A build that is asked for begins when a worker is free: until then it is only "waiting".
  const asked = voice.progress === "waiting" && performance.now() - sentAt < BUILD_MS;
  const progress = asked ? "building" : voice.progress;
  $("#build").hidden = false;
  $("#build").dataset.progress = progress;
  $("#build_said").textContent = t(`build.${progress}`);
  $("#build_bar").hidden = progress !== "building";
  $("#to_stage").hidden = progress === "building";
  if (progress !== "building") return;
  polling = setTimeout(() => get("/user/voice").then(follow, later(voice)), POLL_MS);
}

const later = (voice) => (problem) => {
  notice($("#recording"), advice(problem));
  if (problem.retryable || problem.code === "offline") follow(voice);
};
