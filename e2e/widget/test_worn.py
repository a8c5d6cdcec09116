"""The page's own colours, live: known names, known shapes, and nothing that cannot be read."""

import re

import pytest
from playwright.sync_api import ConsoleMessage, Frame, Page, expect

from e2e.widget.frame import opened, until
from e2e.widget.site import Site
from mag_server.base import places

REFUSED = """
window.refused = [];
addEventListener("mag-look-refused", ({ detail }) => refused.push(detail));
"""
VIOLET = """mag-signin {
  --mag-surface: #ffffff; --mag-text: #1a1a1a; --mag-primary: #7f35b2; --mag-primary-hover: #5f2286;
  --mag-on-primary: #fff; --mag-field-radius: 12px; --mag-fonts: "Courier New", monospace;
}"""
# Dark at night, as a page writes it that follows the system.
NIGHT = """
:root { color-scheme: light dark; }
mag-signin { --mag-surface: #ffffff; --mag-text: #101010; }
@media (prefers-color-scheme: dark) { mag-signin { --mag-surface: #101010; --mag-text: #f0f0f0; } }
html.sepia mag-signin { --mag-surface: #f4ecd8; --mag-text: #2b2115; }
"""
COLOURS = [
    *("page", "surface", "subtle", "line", "field-line", "text", "text-2", "mark", "accent"),
    *("primary", "primary-hover", "on-primary", "link", "focus", "error", "error-bg"),
    *("ok", "ok-bg"),
]
INK = {"text", "text-2", "link", "error", "primary", "primary-hover", "field-line", "focus"}
UNKNOWN_SHAPES = {
    "--mag-surface": [
        "white", "rgb(255 255 255)", "#ffff", "#fffff", "#ffffff80", "#gggggg", "url(x)",
        "var(--x)", "#fff !important", "#fff; color: red",
    ],
    "--mag-field-radius": ["33px", "-1px", "1.5px", "1rem", "50%", "calc(1px)", "6"],
    "--mag-fonts": ["url(https://evil.example/f)", "Inter; color: red", "a{}", "x" * 201, "<b>"],
}  # fmt: skip


# Each fails for itself alone: the theme's own colours carry every pair that is judged before it.
UNREADABLE = [
    (("text", "surface"), ("#777777", "#ffffff"), 4.5),
    (("text-2", "surface"), ("#8a8a8a", "#ffffff"), 4.5),
    (("link", "surface"), ("#ff8800", "#ffffff"), 4.5),
    (("on-primary", "primary"), ("#ffffff", "#22aa55"), 4.5),
    (("on-primary", "primary-hover"), ("#ffffff", "#22aa55"), 4.5),
    (("text", "subtle"), ("#333333", "#555555"), 4.5),
    (("link", "subtle"), ("#00469b", "#6699cc"), 4.5),
    (("error", "surface"), ("#ff5555", "#ffffff"), 4.5),
    (("error", "error-bg"), ("#b00020", "#e0a0a0"), 4.5),
    (("text", "error-bg"), ("#666666", "#d8d8d8"), 4.5),
    (("primary", "surface"), ("#767676", "#cfcfcf"), 3),
    (("field-line", "surface"), ("#cccccc", "#ffffff"), 3),
    (("focus", "surface"), ("#ffe000", "#ffffff"), 3),
]


def worn(frame: Frame, name: str) -> str:
    told: str = frame.evaluate(
        "(name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()", name
    )
    return told


def test_the_form_wears_what_the_page_sets(page: Page, site: Site):
    frame = opened(page, site.with_widget(style=VIOLET, script=REFUSED))
    button = frame.locator("button[value=sign-in]")
    expect(button).to_have_css("background-color", "rgb(127, 53, 178)")
    expect(button).to_have_css("color", "rgb(255, 255, 255)")
    expect(frame.locator("#siret")).to_have_css("border-top-left-radius", "12px")
    expect(frame.locator("body")).to_have_css("font-family", '"Courier New", monospace')
    assert page.evaluate("refused") == []


def test_every_property_of_the_list_reaches_the_form(page: Page, site: Site):
    values = {name: "#111111" if name in INK else "#eeeeee" for name in COLOURS}
    look = "".join(f"--mag-{name}: {value};" for name, value in values.items())
    look += "--mag-field-radius: 0px; --mag-fonts: Georgia, serif;"
    frame = opened(page, site.with_widget(style=f"mag-signin {{ {look} }}", script=REFUSED))
    assert page.evaluate("refused") == []
    assert {name: worn(frame, f"--mag-{name}") for name in COLOURS} == values
    assert worn(frame, "--mag-field-radius") == "0px"
    assert worn(frame, "--mag-fonts") == "Georgia, serif"


def test_the_form_follows_what_changes_on_the_page(page: Page, site: Site):
    page.emulate_media(color_scheme="light")
    frame = opened(page, site.with_widget(style=NIGHT))
    field = frame.locator("#siret")
    expect(field).to_have_css("background-color", "rgb(255, 255, 255)")
    page.emulate_media(color_scheme="dark")
    expect(field).to_have_css("background-color", "rgb(16, 16, 16)")
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.className = 'sepia'")
    expect(field).to_have_css("background-color", "rgb(244, 236, 216)")
    page.evaluate(
        """document.querySelector("mag-signin").style.setProperty("--mag-surface", "#fafafa")"""
    )
    expect(field).to_have_css("background-color", "rgb(250, 250, 250)")
    # Taken back, the theme's own comes again: nothing is worn for ever.
    page.evaluate(
        """() => { document.documentElement.className = "";
                   document.querySelector("mag-signin").removeAttribute("style"); }"""
    )
    expect(field).to_have_css("background-color", "rgb(255, 255, 255)")


@pytest.mark.parametrize(("drawn_on", "values", "needs"), UNREADABLE)
def test_a_pair_that_cannot_be_read_is_left_out_and_said(
    page: Page,
    site: Site,
    drawn_on: tuple[str, str],
    values: tuple[str, str],
    needs: float,
):
    said: list[str] = []

    def note(line: ConsoleMessage) -> None:
        if line.type == "warning" and "left out" in line.text:
            said.append(line.text)

    page.on("console", note)
    pair = [f"--mag-{name}" for name in drawn_on]
    look = "".join(f"{name}: {value};" for name, value in zip(pair, values, strict=True))
    frame = opened(page, site.with_widget(style=f"mag-signin {{ {look} }}", script=REFUSED))
    until(page, "refused.length")
    told = page.evaluate("refused")[0]
    assert (told["reason"], [told["name"], told["on"]], told["needs"]) == ("contrast", pair, needs)
    assert 1 < told["ratio"] < needs
    assert worn(frame, pair[0]) != values[0]
    until(page, lambda: said)


def test_every_pair_that_the_form_judges_has_its_case():
    wear = (places.WIDGET / "src/frame/wear.js").read_text("utf-8")
    judged = re.findall(r'\["([\w-]+)", "([\w-]+)", (\w+)_RATIO\]', wear)
    needs = {"TEXT": 4.5, "GRAPHIC": 3}
    assert [(drawn_on, ratio) for drawn_on, _, ratio in UNREADABLE] == [
        ((drawn, on), needs[kind]) for drawn, on, kind in judged
    ]


def test_just_enough_contrast_is_worn(page: Page, site: Site):
    grounds = "--mag-surface: #fff; --mag-subtle: #fff; --mag-error-bg: #fff;"
    style = f"mag-signin {{ --mag-text: #767676; {grounds} }}"
    frame = opened(page, site.with_widget(style=style, script=REFUSED))
    assert worn(frame, "--mag-text") == "#767676"
    assert [one for one in page.evaluate("refused") if one["name"] == "--mag-text"] == []


@pytest.mark.parametrize("name", UNKNOWN_SHAPES)
def test_another_shape_of_value_is_left_out_and_said(page: Page, site: Site, name: str):
    frame = opened(page, site.with_widget(script=REFUSED))
    own = worn(frame, name)
    judged = 0
    for value in UNKNOWN_SHAPES[name]:
        page.evaluate(
            """([name, value]) => {
                window.refused = [];
                document.querySelector("mag-signin").style.cssText = `${name}: ${value}`;
            }""",
            [name, value],
        )
        # What the browser itself takes off (« !important », a second declaration) is no shape.
        read = page.evaluate(
            "(name) => getComputedStyle(document.querySelector('mag-signin'))"
            ".getPropertyValue(name).trim()",
            name,
        )
        if read in {"", "#fff", "Inter"}:
            continue
        until(page, "refused.length")
        (told,) = page.evaluate("refused")
        assert (told["name"], told["value"], told["reason"]) == (name, read, "shape"), value
        assert worn(frame, name) == own, value
        judged += 1
    assert judged >= 3  # the rest are no values at all: the browser leaves them out itself


def test_a_name_that_is_not_on_the_list_is_never_worn(page: Page, site: Site):
    # Attack: the page holds the port, which is its own, and asks for any property it likes.
    script = (
        REFUSED
        + """
        const post = MessagePort.prototype.postMessage;
        window.MessageChannel = class extends MessageChannel {
          constructor() { super(); window.port = this.port1; }
        };"""
    )
    style = "mag-signin { --mag-shadow: 0 0 9px red; --mag-card-width: 9px; --other: #ffffff; }"
    frame = opened(page, site.with_widget(style=style, script=script))
    asked = {
        "--mag-shadow": "none", "--mag-card-width": "9px", "display": "none", "opacity": "0",
        "background": "#ffffff", "__proto__": "#ffffff", "constructor": "#ffffff",
        "--mag-text": ["#ffffff"], "--mag-link": 0, "--mag-surface": {"0": "#ffffff"},
    }  # fmt: skip
    before = frame.evaluate("document.documentElement.getAttribute('style')")
    page.evaluate("(look) => port.postMessage({ type: 'look', look, scheme: 'light' })", asked)
    page.wait_for_timeout(200)
    assert frame.evaluate("document.documentElement.getAttribute('style')") in {before, "", None}
    refused = {one["name"] for one in page.evaluate("refused")}
    assert refused >= set(asked) - {"__proto__"}
