// expect: TS2367: This comparison appears to be unintentional
import type * as mag from "mag-widget";

document.addEventListener("mag-step", ({ detail }) => console.log(detail.step === "password"));
