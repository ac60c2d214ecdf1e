// Wires the screens together. Each is a module with begin() once, enter() when it shows and leave() after.

import { get, Problem } from "./api.js";
import { $, $$, attempt, show } from "./page.js";
import * as past from "./past.js";
import * as session from "./session.js";
import * as settings from "./settings.js";
import * as stage from "./stage.js";
import * as voice from "./voice.js";
import * as welcome from "./welcome.js";
import { translate } from "./words.js";

const screens = { stage, voice, history: past, settings };
let present = null;
let entered = false;

async function go() {
  present?.leave?.();
  present = null;
  $("#tabs").hidden = !session.signedIn();
  if (!session.signedIn()) return show("welcome");
  const name = Object.hasOwn(screens, location.hash.slice(2)) ? location.hash.slice(2) : "stage";
  present = screens[name];
  show(name);
  await enter();
}

async function enter() {
  const shown = present;
  const root = $("[data-screen]:not([hidden]) .notice").parentElement;
  entered = false;
  await attempt(root, null, () => shown.enter().then(() => (entered = true)));
}

function speak(language) {
  session.setLanguage(language);
  translate();
  $$("[data-language]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  });
}

async function changeLanguage(language) {
  speak(language);
  try {
    await settings.speak(language);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem; // the page speaks it; the thoughts follow next time
  }
  await go();
}

function connection() {
  $("#offline").hidden = navigator.onLine;
  if (navigator.onLine && present && !entered) enter();
}

/** A new person's account speaks as the page does; afterwards the page speaks as the account does. */
async function agreeOnLanguage(isNew) {
  try {
    if (isNew) await settings.speak(session.language());
    else speak((await get("/user/settings")).language);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
  }
}

Object.values(screens).forEach((screen) => screen.begin());
welcome.begin(async ({ isNew }) => {
  await agreeOnLanguage(isNew);
  const wanted = isNew ? "#/voice" : "#/stage";
  if (location.hash === wanted) go();
  else location.hash = wanted;
});
$$("[data-language]").forEach((button) => (button.onclick = () => changeLanguage(button.dataset.language)));
session.onEnd(() => location.replace(location.pathname)); // nothing of a person stays for the next one
addEventListener("hashchange", go);
addEventListener("online", connection);
addEventListener("offline", connection);
speak(session.language());
connection();
go();
