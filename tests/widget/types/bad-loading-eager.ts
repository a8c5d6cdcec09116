// expect: TS2322: Type '"eager"' is not assignable to type '"lazy"'
import type * as mag from "mag-widget";

export const attributes: mag.MagSigninAttributes = { request: "", loading: "eager" };
