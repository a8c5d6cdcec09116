// The partner's live look: --mag-* properties of known names and shapes. A colour that would make a
// text hard to read is left out, and said.

import { tell } from "./channel.js";
import { groundBehind } from "./ground.js";

const TEXT_RATIO = 4.5;
const GRAPHIC_RATIO = 3;
const COLOUR = /^#(?:[0-9a-f]{3}){1,2}$/i;
const LENGTH = /^(?:\d|[12]\d|3[0-2])px$/;
const FONT = /^[\w ,"'-]{1,200}$/;
// Without a prototype, or "constructor" would be a name of it.
const SHAPES = { __proto__: null, "--mag-field-radius": LENGTH, "--mag-fonts": FONT };
const COLOURS = [
  "page", "surface", "subtle", "line", "field-line", "text", "text-2", "mark", "accent", "primary",
  "primary-hover", "on-primary", "link", "focus", "error", "error-bg", "ok", "ok-bg",
].map((name) => "--mag-" + name);
// Drawn on: what must be readable on what.
const PAIRS = [
  ["text", "surface", TEXT_RATIO], ["text-2", "surface", TEXT_RATIO], ["link", "surface", TEXT_RATIO],
  ["on-primary", "primary", TEXT_RATIO], ["on-primary", "primary-hover", TEXT_RATIO],
  ["text", "subtle", TEXT_RATIO], ["link", "subtle", TEXT_RATIO], ["error", "surface", TEXT_RATIO], ["error", "error-bg", TEXT_RATIO], ["text", "error-bg", TEXT_RATIO],
  ["primary", "surface", GRAPHIC_RATIO], ["field-line", "surface", GRAPHIC_RATIO], ["focus", "surface", GRAPHIC_RATIO],
];

export function wear({ look, schemes, isDark, grounds }) {
  const root = document.documentElement;
  root.dataset.scheme = schemeOf(String(schemes), isDark);
  // Sent with the form, so that the next page has it before it is drawn.
  const kept = document.querySelector("#sign-in input[name=scheme]");
  if (kept) kept.value = root.dataset.scheme;
  const wanted = ofKnownShape(look);
  for (const name of [...COLOURS, ...Object.keys(SHAPES)]) root.style.removeProperty(name);
  const theme = getComputedStyle(root);
  leaveOutUnreadable(wanted, theme);
  for (const [name, value] of Object.entries(wanted)) root.style.setProperty(name, value);
  root.toggleAttribute("data-painted", "--mag-surface" in wanted || isHidden(theme, grounds));
}

// Dark where the page itself is: a frame of another scheme would be opaque.
function schemeOf(schemes, isDark) {
  const [light, dark] = ["light", "dark"].map((one) => schemes.includes(one));
  return dark && (!light || isDark) ? "dark" : "light";
}

// The frame has no ground of its own, so that nobody sees where it begins. It paints its surface where
// the page names one, for what lies behind may be anything, and where what lies behind hides our words.
function isHidden(worn, grounds) {
  if (!Array.isArray(grounds)) return false;
  const ground = groundBehind(grounds, document.documentElement.dataset.scheme);
  const words = PAIRS.filter(([, on, needs]) => on === "surface" && needs === TEXT_RATIO).map(([drawn]) => "--mag-" + drawn);
  const hidden = words.find((name) => contrast(worn.getPropertyValue(name).trim(), ground) < TEXT_RATIO);
  if (hidden) console.warn(`MAG: ${hidden} cannot be read on the page's own ${ground}, so the form paints --mag-surface`);
  return Boolean(hidden);
}

function ofKnownShape(look) {
  const wanted = {};
  for (const [name, told] of Object.entries(look)) {
    const value = typeof told === "string" ? told.trim() : told;
    if (value === "") continue; // not set on the page
    const shape = COLOURS.includes(name) ? COLOUR : SHAPES[name];
    // A list of one colour reads as that colour, and has no contrast.
    if (typeof value === "string" && shape?.test(value)) wanted[name] = value;
    else refuse({ name, value, reason: "shape" });
  }
  return wanted;
}

// What is left out leaves its partner with the theme's own colour, so the pairs are read again.
function leaveOutUnreadable(wanted, theme) {
  const colour = (name) => wanted["--mag-" + name] ?? theme.getPropertyValue("--mag-" + name).trim();
  const isBad = ([drawn, on, needs]) =>
    (wanted["--mag-" + drawn] || wanted["--mag-" + on]) && contrast(colour(drawn), colour(on)) < needs;
  for (let bad = PAIRS.find(isBad); bad; bad = PAIRS.find(isBad)) {
    const [drawn, on, needs] = bad;
    const ratio = Math.floor(contrast(colour(drawn), colour(on)) * 100) / 100;
    refuse({ name: "--mag-" + drawn, on: "--mag-" + on, ratio, needs, reason: "contrast" });
    delete wanted["--mag-" + drawn];
    delete wanted["--mag-" + on];
  }
}

function refuse(refusal) {
  console.warn("MAG: a property of the page's look was left out", refusal);
  tell({ type: "look-refused", ...refusal });
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex) {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(long.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
