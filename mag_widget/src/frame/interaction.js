// At an emailed link: tell once that somebody acted on the page. It proves no person, and the
// server says so; a page that is fetched, or runs and is left alone, tells nothing.

export function watchInteraction(form) {
  const address = form.dataset.interaction;
  if (!address) return;
  const kinds = ["pointerdown", "keydown", "input"];
  const tell = (event) => {
    if (!event.isTrusted) return;
    for (const kind of kinds) document.removeEventListener(kind, tell, true);
    const body = new URLSearchParams({ form: form.elements.form.value });
    fetch(address, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
  };
  for (const kind of kinds) document.addEventListener(kind, tell, true);
}
