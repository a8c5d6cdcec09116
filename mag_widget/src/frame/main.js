// MAG's pages come alive here. Each works without this file; nothing here is needed to sign in.

import { beBusy, beIdle, isBusy } from "./busy.js";
import { firstFault, watchFaults } from "./checks.js";
import { isWaiting, startCountdown } from "./countdown.js";
import { startFrame } from "./frame.js";
import { watchInteraction } from "./interaction.js";
import { concealPassword, watchPassword } from "./password.js";
import { watchSiret } from "./siret.js";
import { watchUsername } from "./username.js";

function startSignIn(form) {
  const field = (id) => form.querySelector("#" + id);
  const button = form.querySelector("button[value='sign-in']");
  form.noValidate = true; // the same checks, in the page's words and place
  watchSiret(field("siret"));
  watchPassword(field("password"));
  watchUsername(field("username"), [field("siret"), field("nom"), field("prenom")]);
  watchFaults(form);
  watchInteraction(form);
  form.addEventListener("submit", (event) => submit(event, form, button));
  const wait = document.querySelector("[data-countdown]");
  if (wait) startCountdown(wait, button);
  // Back from the next page, out of the browser's memory: a fresh form, without the password.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    beIdle(form);
    concealPassword();
    field("password").value = "";
  });
  // A frame gets no autofocus from the browser; here a refusal is read once, with its field.
  if (document.querySelector("#error, [aria-invalid=true]")) form.querySelector("[data-goal]")?.focus();
}

function submit(event, form, button) {
  if (isBusy(form) || isWaiting(button)) {
    event.preventDefault();
    return;
  }
  const fault = firstFault(form);
  if (fault) {
    event.preventDefault();
    fault.focus();
    return;
  }
  concealPassword(); // browsers remember what was sent from a text field
  beBusy(form, button);
}

startFrame();
const signIn = document.getElementById("sign-in");
if (signIn) startSignIn(signIn);

// Going on by POST (form_post): at once here, by « Continuer » without scripts.
const goingOn = document.querySelector("form[data-submit-now]");
if (goingOn) goingOn.submit();
