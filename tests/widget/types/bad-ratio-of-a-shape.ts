// expect: TS2339: Property 'ratio' does not exist
import type * as mag from "mag-widget";

document.addEventListener("mag-look-refused", ({ detail }) => console.log(detail.reason === "shape" && detail.ratio));
