// expect: TS2339: Property 'code' does not exist
import type * as mag from "mag-widget";

document.addEventListener("mag-step", ({ detail }) => console.log(detail.code));
