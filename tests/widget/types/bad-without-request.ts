// expect: TS2741: Property 'request' is missing
import type * as mag from "mag-widget";

export const attributes: mag.MagSigninAttributes = { loading: "lazy" };
