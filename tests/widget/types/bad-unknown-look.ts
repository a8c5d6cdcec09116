// expect: TS2353: Object literal may only specify known properties, and '"--mag-colour"' does not exist
import type * as mag from "mag-widget";

export const look: mag.MagLook = { "--mag-colour": "#7f35b2" };
