// expect: TS2339: Property 'request' does not exist
import type * as mag from "mag-widget";

document.createElement("mag-signin").request = "client_id=klesia";
