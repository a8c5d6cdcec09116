// Adds "Afficher" beside a password, and says that a form is under way. Without scripts the
// form works the same.
"use strict";

for (const box of document.querySelectorAll(".secret")) {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  const rest = document.createElement("span");
  button.type = "button";
  button.className = "reveal";
  rest.className = "unseen";
  rest.textContent = " le mot de passe";
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.replaceChildren(visible ? "Masquer" : "Afficher", rest);
  };
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  // A password left in clear would be kept by the browser among the form's past values.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  box.append(button);
}

for (const form of document.querySelectorAll("form[data-busy]")) {
  const button = form.querySelector("button[type=submit]");
  const words = button.textContent;
  form.addEventListener("submit", () => {
    button.setAttribute("aria-busy", "true");
    button.textContent = form.dataset.busy;
  });
  // The back button brings this very page again: it is no longer busy.
  addEventListener("pageshow", () => {
    button.removeAttribute("aria-busy");
    button.textContent = words;
  });
}
