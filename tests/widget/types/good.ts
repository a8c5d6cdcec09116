// What a partner's page may write. The compiler must find nothing to say.
import type { MagLook, MagSigninAttributes, MagSigninElement } from "mag-widget";

const attributes: MagSigninAttributes = { request: "client_id=klesia", "frame-title": "Connexion", loading: "lazy", lang: "fr" };
const look: MagLook = { "--mag-primary": "#7f35b2", "--mag-fonts": "Inter, sans-serif", "--mag-height": "640px" };

const element: MagSigninElement = document.createElement("mag-signin");
for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
for (const [name, value] of Object.entries(look)) element.style.setProperty(name, value);

const found: MagSigninElement | null = document.querySelector("mag-signin");
found?.focus();

element.addEventListener("mag-ready", (event) => (event.target as MagSigninElement).focus());
element.addEventListener("mag-success", (event) => {
  event.preventDefault();
  const told: { code: string; state: string; iss: string } = event.detail;
  console.log(told);
});
element.addEventListener("mag-step", ({ detail }) => console.log(detail.step === "form"));
document.addEventListener("mag-error", ({ detail }) => {
  if (detail.code === "late") return;
  console.log(detail.code.startsWith("MAG-"), detail.trace_id ?? "", detail.error ?? "");
});
document.addEventListener("mag-cancel", () => element.remove());
window.addEventListener("mag-look-refused", ({ detail }) => {
  console.log(detail.name, detail.reason === "contrast" ? detail.ratio < detail.needs : detail.value);
});
