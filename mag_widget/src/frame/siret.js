// A SIRET reads 970 505 517 00072. Grouped while it is typed or pasted; the caret stays with its
// digit. What is sent may hold spaces: the server takes every writing of a SIRET.

const SIRET_SEPARATORS = /[\s.\-\/\u2010-\u2015]/g;

export function siretDigits(text) {
  const compact = text.normalize("NFKC").replace(SIRET_SEPARATORS, "");
  return /^\d*$/.test(compact) ? compact : null;
}

export function groupSiret(digits) {
  const groups = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 9), digits.slice(9)];
  return groups.filter(Boolean).join(" ");
}

// The place in a grouped text just after a number of digits.
function caretAfter(grouped, count) {
  let seen = 0;
  for (let place = 0; place < grouped.length; place += 1) {
    if (seen === count) return place;
    if (grouped[place] !== " ") seen += 1;
  }
  return grouped.length;
}

function regroup(field) {
  const digits = siretDigits(field.value);
  if (digits === null) return; // letters: left as typed, the server says what is wrong
  const grouped = groupSiret(digits);
  if (grouped === field.value) return;
  const caret = field.selectionStart ?? field.value.length;
  const before = siretDigits(field.value.slice(0, caret)) ?? "";
  field.value = grouped;
  if (document.activeElement !== field) return;
  let place = caretAfter(grouped, before.length);
  // After typing the last digit of a group the caret belongs behind the gap, not before it.
  if (grouped[place] === " " && before.length === digits.length) place += 1;
  field.setSelectionRange(place, place);
}

// A deletion that meets a gap takes the digit beyond it: the gap itself cannot be deleted.
function jumpGap(event) {
  const field = event.target;
  const { selectionStart: start, selectionEnd: end, value } = field;
  if (start !== end) return;
  if (event.inputType === "deleteContentBackward" && value[start - 1] === " ") {
    field.setSelectionRange(start - 1, start - 1);
  }
  if (event.inputType === "deleteContentForward" && value[start] === " ") {
    field.setSelectionRange(start + 1, start + 1);
  }
}

export function watchSiret(field) {
  field.addEventListener("beforeinput", jumpGap);
  field.addEventListener("input", (event) => {
    if (!event.isComposing) regroup(field);
  });
  field.addEventListener("change", () => regroup(field)); // a password manager may skip "input"
  regroup(field);
}
