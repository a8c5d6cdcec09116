// A password manager keeps one name for one password. Ours is made of three fields, so a fourth,
// unseen and unnamed, carries them together: what the manager keeps, and what it gives back.

import { groupSiret, siretDigits } from "./siret.js";

const SEPARATOR = " · ";

export function watchUsername(anchor, fields) {
  const gather = () => {
    const [siret, ...names] = fields.map((field) => field.value.trim());
    const complete = siret && names.every(Boolean);
    // In capitals, so that "Sawyer" and "SAWYER" are one entry and not two.
    anchor.value = complete ? [siretDigits(siret) ?? siret, ...names.map((name) => name.toUpperCase())].join(SEPARATOR) : "";
  };
  for (const field of fields) {
    field.addEventListener("input", gather);
    field.addEventListener("change", gather);
  }
  const spread = () => {
    const parts = anchor.value.split(SEPARATOR);
    if (parts.length !== fields.length || siretDigits(parts[0]) === null) return;
    parts[0] = groupSiret(siretDigits(parts[0]));
    fields.forEach((field, index) => {
      if (field.value === "") field.value = parts[index];
    });
  };
  anchor.addEventListener("input", spread);
  anchor.addEventListener("change", spread);
  gather();
}
