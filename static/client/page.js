// The page as a whole: which screen shows, who is told what.

import { Problem } from "./api.js";
import { advice } from "./words.js";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** An element: make("li", { className: "x" }, "text", other). */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function show(name) {
  $$("[data-screen]").forEach((screen) => (screen.hidden = screen.dataset.screen !== name));
  $$("#tabs a").forEach((tab) => {
    if (tab.hash === `#/${name}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  });
  scrollTo(0, 0);
}

/** Say something in the notice of a form or a screen; nothing takes it away. */
export function notice(root, text = "") {
  const place = $(".notice", root);
  place.textContent = text;
  place.hidden = !text;
  if (text) place.scrollIntoView({ block: "nearest" });
}

/**
 * Do something that may be refused, and tell of a refusal in the notice of `root`. Meanwhile `button` waits.
 * Resolves with what `act` returns, or undefined.
 */
export async function attempt(root, button, act) {
  notice(root);
  button?.setAttribute("aria-busy", "true");
  if (button) button.disabled = true;
  try {
    return await act();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.code === "not_authenticated") return undefined; // the welcome screen is there already
    notice(root, advice(problem));
  } finally {
    button?.removeAttribute("aria-busy");
    if (button) button.disabled = false;
  }
}
