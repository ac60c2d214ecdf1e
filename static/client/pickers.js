// How a value is chosen: two rows for a card, keys for a number, a wheel for a star sign, words for the rest.

import { $, make } from "./page.js";
import { t } from "./words.js";

const SUITS = ["♣", "♦", "♥", "♠"];
const RANKS = ["A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K"];
const SIGNS = ["♈", "♉", "♊", "♋", "♌", "♍", "♎", "♏", "♐", "♑", "♒", "♓"];
const AS_TEXT = "\ufe0e"; // not as a coloured picture
const KEYS = [..."123456789"];

const PICKERS = { cards, numbers: digits, years: digits, "star-signs": signs };

/** Fill `place` with what suits the routine; returns a function that reads the value, "" while there is none. */
export function picker(place, routine) {
  place.replaceChildren();
  place.className = `picker ${routine.routine_type}`;
  return (PICKERS[routine.routine_type] ?? words)(place, routine);
}

/** The values stand suit by suit from ace to king, in every language. */
function cards(place, { values }) {
  const said = make("output", { className: "chosen" }, t("pick_card"));
  const read = () => {
    const suit = chosen(place, "suit");
    const rank = chosen(place, "rank");
    return suit && rank ? values[suit * RANKS.length + Number(rank)] : "";
  };
  const nameOf = (index) => values[index].split(" ");
  place.append(
    said,
    choices("suit", SUITS, (i) => nameOf(i * RANKS.length).at(-1), (i) => (i === 1 || i === 2 ? "red" : "black")),
    choices("rank", RANKS, (i) => nameOf(i)[0]),
  );
  place.onchange = () => (said.textContent = read() || t("pick_card"));
  return read;
}

function signs(place, { values }) {
  const said = make("output", { className: "chosen" }, t("pick_sign"));
  const read = () => values[chosen(place, "sign")] ?? "";
  const wheel = choices("sign", SIGNS, (i) => values[i]);
  wheel.classList.add("wheel");
  wheel.append(said);
  place.append(wheel);
  place.onchange = () => (said.textContent = read());
  return read;
}

function digits(place, { routine_type, examples }) {
  const years = routine_type === "years";
  const field = make("input", { inputMode: "decimal", autocomplete: "off", maxLength: 24, placeholder: examples[0] });
  field.setAttribute("aria-label", t(years ? "value" : "number"));
  const press = (edit) => () => {
    field.value = edit(field.value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const key = (face, edit, label = face) => {
    const button = make("button", { type: "button", className: "key", onclick: press(edit) }, face);
    button.setAttribute("aria-label", label);
    return button;
  };
  const typed = (digit) => key(digit, (before) => before + digit);
  const turned = (before) => (before.startsWith("-") ? before.slice(1) : `-${before}`);
  const era = ` ${t("before_christ")}`;
  const dated = (before) => (before.endsWith(era) ? before.slice(0, -era.length) : before + era);
  const left = years ? key(era.trim(), dated) : key("±", turned, t("minus"));
  const back = key("⌫", (before) => before.slice(0, -1), t("delete_digit"));
  place.append(field, make("div", { className: "keys" }, ...KEYS.map(typed), left, typed("0"), back));
  return () => field.value.trim();
}

function words(place, { examples }) {
  const field = make("input", { autocomplete: "off", maxLength: 200, placeholder: examples[0] ?? "" });
  field.setAttribute("aria-label", t("value"));
  const suggestion = (example) =>
    make("button", { type: "button", className: "chip", onclick: () => (field.value = example) }, example);
  const row = make("div", { className: "chips" }, ...examples.map(suggestion));
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", t("examples"));
  place.append(field, row);
  return () => field.value.trim();
}

/** A group of radio buttons, which the arrow keys walk through. */
function choices(name, faces, nameOf, colour = () => "") {
  const group = make("div", { className: `choices ${name}s` });
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", t(name));
  faces.forEach((face, i) => {
    const radio = make("input", { type: "radio", name, value: String(i) });
    radio.setAttribute("aria-label", nameOf(i));
    const glyph = make("span", { ariaHidden: "true" }, face.length === 1 && face > "z" ? face + AS_TEXT : face);
    group.append(make("label", { className: colour(i), title: nameOf(i) }, radio, glyph));
  });
  return group;
}

const chosen = (place, name) => $(`input[name=${name}]:checked`, place)?.value;
