// Show what is typed, and say when capitals are locked.

import { say } from "./status.js";

export function watchPassword(field) {
  const button = document.querySelector("button[aria-controls='" + field.id + "']");
  if (button) offerReveal(field, button);
  const hint = document.getElementById("caps");
  if (hint) watchCapitals(field, hint);
}

export function concealPassword() {
  const field = document.getElementById("password");
  if (field && field.type === "text") toggleReveal(field, field.parentElement.querySelector("button"), false);
}

function offerReveal(field, button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = field.type === "password";
    toggleReveal(field, button, show);
    say(show ? button.dataset.shown : button.dataset.hidden);
  });
}

function toggleReveal(field, button, show) {
  const { selectionStart: start, selectionEnd: end } = field;
  field.type = show ? "text" : "password";
  button.firstElementChild.textContent = show ? button.dataset.hide : button.dataset.show;
  if (document.activeElement === field) field.setSelectionRange(start, end);
}

function watchCapitals(field, hint) {
  const look = (event) => {
    if (typeof event.getModifierState !== "function") return; // autofill sends bare events
    const locked = event.getModifierState("CapsLock");
    if (locked && hint.hidden) say(hint.textContent);
    hint.hidden = !locked;
  };
  field.addEventListener("keydown", look);
  field.addEventListener("keyup", look);
  field.addEventListener("blur", () => {
    hint.hidden = true;
  });
}
