// A password manager keeps one name for one password. Ours is made of three fields, so a fourth,
// unseen and unnamed, carries them together: what the manager keeps, and what it gives back. Where
// the manager fills nothing by itself, it offers its entries at the field that it takes for the name:
// so an empty form lends that part to its first field, where a person begins.

import { showFault } from "./checks.js";
import { groupSiret, siretDigits } from "./siret.js";

const SEPARATOR = " · ";

// One field at a time is the name to a manager. Firefox judges a field once and then keeps to it, and
// prefers the name nearest to the password: so the anchor stands there, and is no text field meanwhile.
function lend(anchor, first) {
  anchor.type = "hidden";
  anchor.autocomplete = "off";
  first.autocomplete = "username";
}

function takeBack(anchor, first) {
  first.autocomplete = "on";
  anchor.autocomplete = "username";
  anchor.type = "text";
}

export function watchUsername(anchor, fields) {
  const first = fields[0];
  const gather = () => {
    const [siret, ...names] = fields.map((field) => field.value.trim());
    const complete = siret && names.every(Boolean);
    // In capitals, so that "Sawyer" and "SAWYER" are one entry and not two.
    anchor.value = complete ? [siretDigits(siret) ?? siret, ...names.map((name) => name.toUpperCase())].join(SEPARATOR) : "";
  };
  const isChosen = () => first.value.includes(SEPARATOR);
  // An entry chosen at the first field replaces all of them; one that was filled, what is empty.
  const spread = () => {
    const chosen = isChosen();
    const parts = (chosen ? first : anchor).value.split(SEPARATOR);
    if (parts.length !== fields.length || siretDigits(parts[0]) === null) return;
    parts[0] = groupSiret(siretDigits(parts[0]));
    fields.forEach((field, index) => {
      if (!chosen && field.value !== "") return;
      field.value = parts[index];
      showFault(field, null); // what was missing is there
    });
  };
  const settle = () => {
    if (isChosen()) spread();
    gather();
    if (anchor.value) takeBack(anchor, first);
  };
  const follow = ({ target }) => {
    if (target === anchor) spread();
    // Firefox finds the password of a choice by what then stands in the field: no change before that.
    if (target === first && isChosen()) setTimeout(settle, 300);
    else settle();
  };
  anchor.form.addEventListener("input", follow);
  anchor.form.addEventListener("change", follow);
  // Some managers fill without a word. What is sent is read here, before any check of it, and the
  // name that the manager keeps is that of what is sent.
  anchor.form.addEventListener("submit", () => {
    spread();
    gather();
    takeBack(anchor, first);
  });
  gather();
  if (anchor.value === "") lend(anchor, first);
}
