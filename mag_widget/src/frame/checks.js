// What can be said without the server: a field left empty, a SIRET of another length. Saying it
// here keeps the password that was typed. Without this module the server says the same.

import { siretDigits } from "./siret.js";

const SIRET_LENGTH = 14;

export function firstFault(form) {
  let first = null;
  for (const field of form.querySelectorAll("input[required]")) {
    const fault = faultOf(field, form.dataset);
    showFault(field, fault);
    if (fault && !first) first = field;
  }
  return first;
}

export function watchFaults(form) {
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.getAttribute("aria-invalid") === "true") showFault(field, null);
  });
}

function faultOf(field, sentences) {
  if (field.value.trim() === "") return sentences.missing;
  if (field.id !== "siret") return null;
  const digits = siretDigits(field.value);
  return digits !== null && digits.length !== SIRET_LENGTH ? sentences.siretLength : null;
}

export function showFault(field, sentence) {
  const place = document.getElementById(field.id + "-error");
  if (!place) return;
  place.hidden = !sentence;
  place.querySelector("span").textContent = sentence ?? "";
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== place.id);
  if (sentence) {
    field.setAttribute("aria-invalid", "true");
    others.push(place.id);
  } else {
    field.removeAttribute("aria-invalid");
  }
  if (others.length) field.setAttribute("aria-describedby", others.join(" "));
  else field.removeAttribute("aria-describedby");
}
