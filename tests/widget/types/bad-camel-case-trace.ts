// expect: TS2551: Property 'traceId' does not exist
import type * as mag from "mag-widget";

document.addEventListener("mag-error", ({ detail }) => console.log(detail.traceId));
