// After too many attempts: the seconds run where they are written, in silence; the end is said.

import { say } from "./status.js";

export function isWaiting(button) {
  return button.getAttribute("aria-disabled") === "true";
}

export function startCountdown(place, button) {
  const seconds = Number(place.dataset.countdown);
  if (!(seconds > 0)) return;
  // By the clock, not by counting ticks: a tab in the background ticks slowly.
  const end = Date.now() + seconds * 1000;
  button.setAttribute("aria-disabled", "true");
  const timer = setInterval(() => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      place.textContent = (left < 2 ? place.dataset.one : place.dataset.many).replace("{n}", String(left));
      return;
    }
    clearInterval(timer);
    place.textContent = place.dataset.done;
    button.removeAttribute("aria-disabled");
    say(place.dataset.done);
  }, 250);
}
