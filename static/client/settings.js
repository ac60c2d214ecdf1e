// How it is spoken, and what becomes of the account.

import { call, get } from "./api.js";
import { $, attempt, make, notice } from "./page.js";
import * as session from "./session.js";
import { day, number, t, time } from "./words.js";

export function begin() {
  $("#preferences").onchange = ({ target }) => save(target);
  $("#preferences").oninput = ({ target }) => shown(target);
  $("#logout").onclick = ({ target }) => ask(target, leave);
  $("#warm").onclick = ({ target }) => ask(target, warm);
  $("#export").onclick = ({ target }) => ask(target, download);
  $("#erase_voice").onclick = ({ target }) => ask(target, eraseVoice);
  $("#farewell").onsubmit = (event) => {
    event.preventDefault();
    ask(event.submitter, eraseAccount);
  };
}

export async function enter() {
  $("#preferences").inert = true; // what is set before it is known would be lost
  const [preferences, me] = await Promise.all([get("/user/settings"), get("/user/me")]);
  fill(preferences);
  $("#preferences").inert = false;
  $("#saved").textContent = $("#warm_said").textContent = "";
  const facts = {
    username: me.username,
    email: me.email,
    allowance: t("allowance_said", { used: number(me.charCount), limit: number(me.monthlyLimit) }),
    resets: day(me.resets_at),
  };
  const pairs = Object.entries(facts).flatMap(([name, what]) => [make("dt", {}, t(name)), make("dd", {}, what)]);
  $("#me").replaceChildren(...pairs);
}

/** The person's language is the page's. */
export async function speak(language) {
  if (session.signedIn()) await call("PATCH", "/user/settings", { json: { language } });
}

function fill(preferences) {
  const { elements } = $("#preferences");
  for (const [name, value] of Object.entries(preferences)) {
    const field = elements[name];
    if (field?.type === "checkbox") field.checked = value;
    else if (field) field.value = value;
    if (field) shown(field);
  }
}

function shown(field) {
  if (field.type === "range") $("output", field.parentElement).textContent = `${Math.round(field.value * 100)} %`;
}

async function save(field) {
  $("#saved").textContent = "";
  const value = field.type === "checkbox" ? field.checked : field.type === "range" ? Number(field.value) : field.value;
  await attempt($("#preferences"), null, async () => {
    fill(await (await call("PATCH", "/user/settings", { json: { [field.name]: value } })).json());
    $("#saved").textContent = t("saved");
  });
}

const ask = (button, act) => attempt($("#account"), button, act);

async function leave() {
  await call("POST", "/auth/logout");
  session.end();
}

async function warm() {
  const found = await (await call("POST", "/user/voice/warm", { json: { performs: 10 } })).json();
  const seconds = Math.ceil(found.expected_seconds);
  const until = found.pinned_until ? time(found.pinned_until) : "";
  const obstacles = found.reasons.map(({ code }) => t(`warm.${code}`, { seconds }));
  const said = found.go ? [t("warm.go", { until, performs: found.performs_left })] : [t("warm.wait"), ...obstacles];
  $("#warm_said").textContent = said.join(" ");
}

async function download() {
  const response = await call("GET", "/user/export", { accept: "application/zip" });
  const link = make("a", { href: URL.createObjectURL(await response.blob()), download: "thoughtvoice.zip" });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function eraseVoice() {
  await call("DELETE", "/user/voice");
  notice($("#account"), t("erased"));
}

async function eraseAccount() {
  await call("DELETE", "/user/me", { json: { password: $("#farewell").password.value } });
  $("#farewell").reset();
  session.end();
}
