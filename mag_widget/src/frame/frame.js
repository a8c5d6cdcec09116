// What only the frame does: tell its height, its step and its answer; be pressed only when seen.

import { isFramed, isHeard, openChannel, tell } from "./channel.js";
import { wear } from "./wear.js";
import { concealPassword } from "./password.js";
import { watchSight } from "./sight.js";

export function startFrame() {
  if (!isFramed()) return;
  const told = document.body.dataset;
  openChannel(hear);
  watchHeight();
  tell({ type: "ready", redirectUri: told.redirectUri, step: stepOf(told) });
  const alert = document.getElementById("error");
  if (alert) tell({ type: "error", code: alert.dataset.code, traceId: alert.dataset.traceId });
  if (told.refused) tell({ type: "error", code: told.refused, traceId: told.traceId });
  if (told.answerIss) tell(answerOf(told));
  const form = document.getElementById("sign-in");
  if (form) startForm(form);
}

function hear(message) {
  if (message.look) wear(message);
  if (message.type === "focus") document.querySelector("[data-goal], .button")?.focus();
}

function stepOf(told) {
  if (told.answerIss) return "answer";
  return told.refused ? "refused" : "form";
}

function answerOf(told) {
  if (told.answerErrorCode === "MAG-117") return { type: "cancel" };
  if (told.answerError) {
    return { type: "error", code: told.answerErrorCode, traceId: told.answerTraceId, error: told.answerError };
  }
  return { type: "success", code: told.answerCode, state: told.answerState, iss: told.answerIss };
}

function startForm(form) {
  document.getElementById("cancel")?.addEventListener("submit", (event) => {
    if (!isHeard()) return; // without a page that hears, the server says it
    event.preventDefault();
    tell({ type: "cancel" });
    forget(form);
  });
  watchSight(form);
  // Last of its listeners, so that only what really leaves is told: the page then counts the seconds.
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) tell({ type: "leaving" });
  });
}

// The page may show this same document again, to the next person at a shared desk.
function forget(form) {
  concealPassword();
  for (const field of form.querySelectorAll("input[required]")) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true })); // its faults and the unseen name go too
  }
}

function watchHeight() {
  // Chromium can size a frame by itself (frame-sizing), but keeps what it measured at load for good,
  // even at a width of 0: it serves the form without scripts, and here each height is told.
  const tellHeight = () => {
    const { width, height } = document.documentElement.getBoundingClientRect();
    if (width > 0) tell({ type: "size", height: Math.ceil(height) }); // not laid out yet: no height
  };
  document.documentElement.dataset.sized = "";
  new ResizeObserver(tellHeight).observe(document.documentElement);
  tellHeight();
}
