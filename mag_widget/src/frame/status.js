// One polite live region on the page: what changes without a new page is said here, once.

export function say(text) {
  const region = document.getElementById("status");
  if (region && region.textContent !== text) region.textContent = text;
}
