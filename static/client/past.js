// What was performed: hear it again, delete it, go on to the older ones.

import { call, get } from "./api.js";
import { $, attempt, make } from "./page.js";
import { playBlob } from "./player.js";
import { day, t, time } from "./words.js";

let next = "";

export function begin() {
  $("#older").onclick = () => attempt(screen(), $("#older"), () => load(next));
}

export async function enter() {
  $("#performances").replaceChildren();
  await load("/performances");
}

export const leave = () => $("#past").pause();

async function load(address) {
  const page = await get(address);
  next = page.next ? new URL(page.next).pathname + new URL(page.next).search : "";
  $("#performances").append(...page.results.map(row));
  $("#older").hidden = !next;
  $("#no_history").hidden = Boolean($("#performances").children.length);
}

function row(performed) {
  const item = make("li");
  const hear = make("button", { type: "button", className: "round", onclick: () => toggle(performed, hear) }, "▶");
  hear.setAttribute("aria-label", `${t("play")}: ${performed.value}`);
  hear.disabled = performed.state !== "done";
  const gone = make("button", { type: "button", className: "quiet", onclick: () => remove(performed, item, gone) }, t("delete"));
  gone.setAttribute("aria-label", `${t("delete")}: ${performed.value}`);
  const source = performed.state === "failed" ? t("failed") : t(`voice.${performed.voiceSource}`);
  const when = `${day(performed.created_at)}, ${time(performed.created_at)} · ${source}`;
  const said = make("div", {}, make("strong", {}, performed.value), make("p", {}, performed.text), make("small", {}, when));
  item.append(hear, said, gone);
  return item;
}

async function toggle(performed, button) {
  const audio = $("#past");
  if (button.dataset.playing) return audio.pause();
  await attempt(screen(), button, async () => {
    const response = await call("GET", `/performances/${performed.performance_id}/audio`, { accept: "audio/mpeg" });
    await playBlob(audio, await response.blob());
    face(button, true);
    audio.onpause = audio.onended = audio.onemptied = () => face(button, false);
  });
}

function face(button, playing) {
  button.textContent = playing ? "■" : "▶";
  if (playing) button.dataset.playing = "yes";
  else delete button.dataset.playing;
}

const remove = (performed, item, button) =>
  attempt(screen(), button, async () => {
    await call("DELETE", `/performances/${performed.performance_id}`);
    item.remove();
    $("#no_history").hidden = Boolean($("#performances").children.length);
  });

const screen = () => $("[data-screen=history]");
