// Attack: a page lays something over the frame, or makes it transparent, so that the person presses
// our button without seeing it. Where the browser can tell (IntersectionObserver v2), the button is
// armed only once the frame was really seen for half a second; else the full page is offered. The
// whole document is watched, not the form: a password manager's icon lies over a field and is
// nobody's attack. Nothing is pressed later on the person's behalf: the page might have moved away
// what covered us for the length of one click. A press that sends nothing is always answered by words.

import { tell } from "./channel.js";

const SEEN_FOR_MS = 500;
const UNSEEN = "MAG-206";

export function watchSight(form) {
  const offer = document.getElementById("unseen-offer");
  const again = document.getElementById("pressed-too-soon");
  if (!canTell() || !offer) return;
  const state = document.documentElement.dataset;
  let isSeen = false;
  let arming = 0;
  const look = (entries) => {
    const wasSeen = isSeen;
    isSeen = entries.at(-1).isVisible;
    if (isSeen === wasSeen) return;
    clearTimeout(arming);
    delete state.armed;
    if (!isSeen) return;
    if (!offer.hidden) [offer.hidden, again.hidden] = [true, false]; // what was pressed was not sent
    arming = setTimeout(() => (state.armed = ""), SEEN_FOR_MS);
  };
  const options = { trackVisibility: true, delay: 100, threshold: [0, 0.25, 0.5, 0.75, 1] };
  new IntersectionObserver(look, options).observe(document.documentElement);
  const hold = (event) => {
    again.hidden = true;
    if ("armed" in state) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    again.hidden = !isSeen; // seen, but only just
    offer.hidden = isSeen;
    if (!isSeen) tell({ type: "error", code: UNSEEN }); // mostly a page's own style: its maker must know
  };
  form.addEventListener("submit", hold, true);
}

function canTell() {
  return "isVisible" in IntersectionObserverEntry.prototype && "trackVisibility" in IntersectionObserver.prototype;
}
