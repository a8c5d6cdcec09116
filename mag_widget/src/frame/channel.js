// The one line to the page around the frame: a hello to the origin that the server wrote into this
// document, then a port. A message from anywhere else, or without the port, is not read.

const embedder = document.body.dataset.embedder;
const unsent = [];
let port = null;

export function isFramed() {
  return Boolean(embedder) && window.parent !== window;
}

export function isHeard() {
  return port !== null;
}

export function tell(message) {
  if (port) port.postMessage(message);
  else if (isFramed()) unsent.push(message);
}

export function openChannel(hear) {
  if (!isFramed()) return;
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== embedder) return;
    if (event.data?.type !== "mag-port" || event.ports.length !== 1) return;
    if (port) port.close();
    port = event.ports[0];
    port.onmessage = (told) => hear(told.data);
    hear(event.data); // the page's look comes with the port: dressed before it says that it is ready
    for (const message of unsent.splice(0)) port.postMessage(message);
  });
  // Dropped by the browser unless the parent really is that origin.
  window.parent.postMessage("mag-hello", embedder);
}
