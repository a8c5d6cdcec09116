// expect: TS2353: Object literal may only specify known properties, and 'theme' does not exist
import type * as mag from "mag-widget";

export const attributes: mag.MagSigninAttributes = { request: "", theme: "dark" };
