// expect: TS2339: Property 'access_token' does not exist
import type * as mag from "mag-widget";

document.addEventListener("mag-success", ({ detail }) => console.log(detail.access_token));
