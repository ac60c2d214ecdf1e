// Who is signed in here, and in which language. A phone keeps the tokens in its Keychain or Keystore;
// a page has nothing better than localStorage, behind a strict content security policy.

const NAME = "thoughtvoice";
const listeners = new Set();

const kept = () => JSON.parse(localStorage.getItem(NAME) || "{}");
const write = (changes) => localStorage.setItem(NAME, JSON.stringify({ ...kept(), ...changes }));

export const access = () => kept().access || "";
export const refresh = () => kept().refresh || "";
export const signedIn = () => Boolean(access());

export function keep({ access, refresh }) {
  write({ access, refresh });
}

/** Forget the tokens; who has asked with onEnd is told. */
export function end() {
  write({ access: "", refresh: "" });
  listeners.forEach((told) => told());
}

export const onEnd = (told) => listeners.add(told);

export const language = () => kept().language || (navigator.language.startsWith("es") ? "spanish" : "english");
export const iso = () => (language() === "spanish" ? "es" : "en");
export const setLanguage = (language) => write({ language });
