// What the page paints behind the frame: the loader tells the colours, nearest first, as the browser
// computes them. A picture is not told.

const CANVAS = { light: "#ffffff", dark: "#121212" };

// Laid one on another by the browser itself, which knows every notation and transparency. Where it
// gives a page no true pixels, against fingerprinting, the answer is any colour.
export function groundBehind(paints, scheme) {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  for (const paint of [...paints, CANVAS[scheme]].reverse()) {
    pen.fillStyle = paint;
    pen.fillRect(0, 0, 1, 1);
  }
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return "#" + [r, g, b].map((channel) => channel.toString(16).padStart(2, "0")).join("");
}
