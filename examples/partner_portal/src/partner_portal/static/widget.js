// The brand button swaps the card for MAG's form, in place; « Annuler » swaps it back.
// Without this file, or without MAG's, the button is a plain link to MAG's own page.
const choice = document.getElementById("choice");
const place = document.getElementById("widget");
const button = document.getElementById("open-widget");

function show(widgetIsShown) {
  choice.hidden = widgetIsShown;
  place.hidden = !widgetIsShown;
}

button.addEventListener("click", (event) => {
  if (!customElements.get("mag-signin") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(true);
});
document.addEventListener("mag-ready", (event) => event.target.focus());
document.addEventListener("mag-cancel", () => {
  show(false);
  button.focus();
});
