// Between the click and the next page: say so, keep the width, send once. A form is repeatable
// on the server, so after a while the button works again even if no answer came.

import { say } from "./status.js";

const GIVE_UP_AFTER_MS = 15000;
let givingUp = 0;

export function isBusy(form) {
  return form.getAttribute("aria-busy") === "true";
}

export function beBusy(form, button) {
  const label = button.querySelector("[data-label]");
  if (!button.dataset.rest) button.dataset.rest = label.textContent;
  label.textContent = button.dataset.busy;
  form.setAttribute("aria-busy", "true");
  for (const field of form.querySelectorAll("input[required]")) field.readOnly = true;
  say(button.dataset.busy);
  givingUp = setTimeout(() => beIdle(form), GIVE_UP_AFTER_MS);
}

export function beIdle(form) {
  clearTimeout(givingUp);
  form.removeAttribute("aria-busy");
  for (const field of form.querySelectorAll("input[required]")) field.readOnly = false;
  for (const button of form.querySelectorAll("[data-rest]")) {
    button.querySelector("[data-label]").textContent = button.dataset.rest;
  }
  say("");
}
