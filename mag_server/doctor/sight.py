"""Whether the frame is really seen, as its button asks before it answers; else what hides it."""

from dataclasses import dataclass
from typing import Any

from mag_server.doctor.evidence import Finding

# The frame arms its button half a second after it was first seen (src/frame/sight.js).
PATIENCE_MS = 1500
_POSITIONS = ("center", "end", "start")
# The ancestors' effects that make Chromium unsure of what is seen, and what lies over the element.
# A style sheet made by a script is under no policy of the page's (CSSOM).
_FIND_WHAT_HIDES = """(element) => {
  const name = (one) => one.localName + (one.id && "#" + CSS.escape(one.id)) +
    [...one.classList].slice(0, 3).map((word) => "." + CSS.escape(word)).join("");
  const plain = { opacity: "1", filter: "none", "backdrop-filter": "none", transform: "none",
    "mix-blend-mode": "normal", rotate: "none", scale: "none", perspective: "none" };
  const isHarmless = (property, value) => {
    if (property === "scale") return value >= 1;
    if (property !== "transform") return false;
    const { is2D, a, b, c, d } = new DOMMatrix(value); // moved, or larger in proportion
    return is2D && b === 0 && c === 0 && a === d && a >= 1;
  };
  const effects = [];
  const around = new Set();
  const above = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host;
  for (let one = element; one; one = above(one)) {
    around.add(one);
    for (const [property, usual] of Object.entries(plain)) {
      const value = getComputedStyle(one).getPropertyValue(property);
      if (!value || value === usual || isHarmless(property, value)) continue;
      effects.push([name(one), property, value, usual]);
    }
  }
  const drawn = (one) => ["::before", "::after"].find((part) => {
    const { content, position } = getComputedStyle(one, part);
    return content !== "none" && ["absolute", "fixed"].includes(position);
  });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { pointer-events: auto !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const box = element.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const covers = new Set();
  for (let point = 0; point < 169; point += 1) {
    const x = left + 1 + (right - left - 2) * (point % 13) / 12;
    const y = top + 1 + (bottom - top - 2) * Math.floor(point / 13) / 12;
    const hit = document.elementFromPoint(x, y);
    if (!hit || hit === element) continue;
    if (!around.has(hit)) covers.add(name(hit));
    else if (drawn(hit)) covers.add(name(hit) + drawn(hit));
  }
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  return { effects, covers: [...covers].slice(0, 5) };
}"""


@dataclass(frozen=True)
class Effect:
    """A style of the page's that changes how the frame looks."""

    element: str
    property: str
    value: str
    usual: str


@dataclass(frozen=True)
class Hidden:
    """The form is shown and not really seen: what lies over it, and what changes its looks."""

    covers: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


def look_for_what_hides(page: Any, *, issuer: str) -> Hidden | None:
    """Scroll a ready form into view and wait until its button would answer.

    Returns:
        None when it would, or where the frame shows no form; else what hides it.
    """
    element = page.locator("mag-signin[ready]").first
    for position in _POSITIONS:
        element.evaluate("(one, block) => one.scrollIntoView({ block })", position)
        if _is_armed(page, issuer):
            return None
    element.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    found = element.evaluate(_FIND_WHAT_HIDES)
    return Hidden(tuple(found["covers"]), tuple(Effect(*one) for one in found["effects"]))


def _is_armed(page: Any, issuer: str) -> bool:
    """Tell whether the button of a form answers, or that there is no such button."""
    waited = 0
    while waited < PATIENCE_MS:
        page.wait_for_timeout(100)
        waited += 100
        frames = [frame for frame in page.frames if frame.url.startswith(issuer + "/")]
        guarded = [frame for frame in frames if frame.locator("#unseen-offer").count()]
        if not guarded or any(frame.locator("html[data-armed]").count() for frame in guarded):
            return True
    return False


def never_armed(hidden: Hidden) -> Finding:
    """Name what hides a form whose button stays dead, and what to change."""
    over = [f"{one} lies over it" for one in hidden.covers]
    looks = [f"{one.element} has {one.property}: {one.value}" for one in hidden.effects]
    lines = [f"{one.element} {{ {one.property}: {one.usual} }}" for one in hidden.effects]
    if hidden.covers:
        lines.append(f"Keep {', '.join(hidden.covers)} off the form, or off this page.")
    return Finding(
        "button-never-answers",
        "The form shows and its button does not answer: Chromium cannot tell that people see it. "
        + ("; ".join(over + looks) or "Nothing was found over it or around it")
        + ".",
        " ".join(lines) or "Take away what surrounds <mag-signin>, piece by piece, and try again.",
    )
