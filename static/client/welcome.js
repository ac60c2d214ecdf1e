// Register with an activation code, or sign in.

import { newKey, post } from "./api.js";
import { $, $$, attempt } from "./page.js";
import * as session from "./session.js";

const DEVICE = { device_name: "Browser", platform: "web" };

/** `entered` is called when somebody has signed in; `isNew` says whether they are new here. */
export function begin(entered) {
  const register = $("#register");
  const login = $("#login");
  $$("[data-switch]").forEach((button) => {
    button.onclick = () => {
      register.hidden = button.dataset.switch !== "register";
      login.hidden = !register.hidden;
      $("input", register.hidden ? login : register).focus();
    };
  });
  fillInCode(register);
  let key = newKey();
  register.onsubmit = (event) => {
    event.preventDefault();
    attempt(register, $(".primary", register), async () => {
      enter(await post("/auth/register", fields(register), key));
      key = newKey();
      entered({ isNew: true });
    });
  };
  register.oninput = () => (key = newKey()); // another wish
  login.onsubmit = (event) => {
    event.preventDefault();
    attempt(login, $(".primary", login), async () => {
      enter(await post("/auth/login", fields(login)));
      entered({ isNew: false });
    });
  };
}

function enter(answer) {
  session.keep(answer);
  $$("#register, #login").forEach((form) => form.reset());
}

const fields = (form) => ({ ...Object.fromEntries(new FormData(form)), ...DEVICE });

/** From a link such as /?code=ABCD, which then leaves the address bar. */
function fillInCode(form) {
  const code = new URLSearchParams(location.search).get("code");
  if (!code) return;
  form.activationCode.value = code;
  history.replaceState(null, "", location.pathname + location.hash);
}
