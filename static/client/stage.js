// Choose a routine and a value, press Perform, and hear it while it is made.

import { call, get, newKey } from "./api.js";
import { $, $$, attempt, make, notice } from "./page.js";
import { picker } from "./pickers.js";
import { BrokenOff, play, playBlob, unlock } from "./player.js";
import * as session from "./session.js";
import { number, t } from "./words.js";

let routines = [];
let routine = null;
let value = () => "";
let pending = null; // the wish that has not been answered yet, and its key
let whole = null;

export function begin() {
  $("#wish").onsubmit = (event) => {
    event.preventDefault();
    press();
  };
  $("#routines").onchange = ({ target }) => choose(target.value);
  $("#again").onclick = () => playBlob($("#sound"), whole);
  glow($("#sound"), $("#orb"));
}

export async function enter() {
  const [offered, me] = await Promise.all([get("/routines"), get("/user/me")]);
  told(me);
  const unchanged = JSON.stringify(offered) === JSON.stringify(routines);
  if (unchanged) return;
  routines = offered;
  $("#routines").replaceChildren(...routines.map(chip));
  choose(routine?.routine_type ?? routines[0]?.routine_type);
  if (!whole) quiet();
}

function chip({ routine_type, name }) {
  const radio = make("input", { type: "radio", name: "routine", value: routine_type });
  return make("label", { className: "chip" }, radio, make("span", {}, name));
}

function choose(key) {
  routine = routines.find(({ routine_type }) => routine_type === key) ?? routines[0];
  if (!routine) return;
  $(`#routines input[value="${routine.routine_type}"]`).checked = true;
  $("#value_hint").textContent = routine.value_hint;
  value = picker($("#picker"), routine);
}

async function press() {
  const form = $("#wish");
  const wish = {
    routine_type: routine.routine_type,
    value: value(),
    topic: form.topic.value.trim(),
    voice: form.own.checked ? "own" : "any",
  };
  if (!wish.value) return notice(form, t("nothing_chosen"));
  const pressed = performance.now();
  const sound = $("#sound");
  unlock(sound);
  quiet(t("doing.writing"));
  $("#spot").scrollIntoView({ behavior: "smooth", block: "nearest" });
  try {
    await attempt(form, $("#perform"), () => perform(wish, sound, pressed));
  } catch (error) {
    if (!(error instanceof BrokenOff)) throw error;
    notice(form, t("broken_off"));
  }
  if (!whole) quiet();
}

/** With a key, so that a press that is repeated after a lost answer is neither made nor charged twice. */
async function perform(wish, sound, pressed) {
  const same = pending && JSON.stringify(pending.wish) === JSON.stringify(wish);
  pending = same ? pending : { wish, key: newKey() };
  const response = await call("POST", "/perform", { json: wish, key: pending.key, accept: "audio/mpeg" });
  const heard = { milliseconds: 0 };
  whole = await play(sound, response, {
    onPlaying: () => {
      heard.milliseconds = performance.now() - pressed;
      $("#doing").textContent = t("doing.playing");
      $("#spot").dataset.state = "playing";
    },
  });
  pending = null;
  await tell(response.headers, heard);
}

async function tell(headers, heard) {
  const [performed, me] = await Promise.all([get(`/performances/${headers.get("X-Performance-ID")}`), get("/user/me")]);
  $("#thought").textContent = performed.text;
  $("#thought").lang = session.iso();
  $("#again").hidden = false;
  facts({
    "fact.voice": t(`voice.${headers.get("X-Voice-Source")}`),
    "fact.text": t(`text.${headers.get("X-Text-Source")}`),
    "fact.heard": heard.milliseconds ? `${number(Math.round(heard.milliseconds))} ms` : "–",
    "fact.length": `${number(performed.seconds)} s`,
  });
  timings(headers.get("Server-Timing") ?? "");
  told(me);
}

function quiet(doing = "") {
  whole = null;
  $("#spot").dataset.state = doing ? "writing" : "";
  $("#doing").textContent = doing || t("doing.idle");
  $("#thought").textContent = "";
  $$("#again, #facts, #timings").forEach((element) => (element.hidden = true));
}

function facts(said) {
  const pairs = Object.entries(said).flatMap(([name, what]) => [make("dt", {}, t(name)), make("dd", {}, what)]);
  $("#facts").replaceChildren(...pairs);
  $("#facts").hidden = false;
}

/** `writer;dur=12.5, voice;dur=3.1, …` as bars. */
function timings(header) {
  const steps = [...header.matchAll(/([\w-]+);dur=([\d.]+)/g)].map(([, name, took]) => [name, Number(took)]);
  const longest = Math.max(...steps.map(([, took]) => took), 1);
  const bars = steps.map(([name, took]) => {
    const bar = make("i");
    bar.style.setProperty("--share", String(took / longest));
    return make("li", {}, make("span", {}, t(`step.${name}`)), bar, make("b", {}, `${number(Math.round(took))} ms`));
  });
  $("#timings").replaceChildren(...bars);
  $("#timings").hidden = !steps.length;
}

function told({ charCount, monthlyLimit }) {
  $("#allowance").max = monthlyLimit;
  $("#allowance").value = charCount;
  $("#allowance_said").textContent = t("allowance_said", { used: number(charCount), limit: number(monthlyLimit) });
}

/** The light follows the voice. */
function glow(audio, orb) {
  let analyser = null;
  audio.addEventListener("playing", () => {
    analyser ??= listenTo(audio);
    follow();
  });
  audio.addEventListener("ended", () => {
    orb.style.setProperty("--voice", "0");
    if (whole) $("#spot").dataset.state = $("#doing").textContent = "";
  });

  function follow() {
    const wave = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(wave);
    const peak = wave.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    orb.style.setProperty("--voice", peak.toFixed(3));
    orb.dataset.peak = Math.max(peak, orb.dataset.peak || 0).toFixed(3);
    if (!audio.paused && !audio.ended) requestAnimationFrame(follow);
  }
}

function listenTo(audio) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaElementSource(audio).connect(analyser).connect(context.destination);
  return analyser;
}
