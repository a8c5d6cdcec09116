"""Nobody sees where the page ends and the frame begins: its height, its place, its colours."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.widget.frame import READY, fill, frame_of, opened, press, until
from e2e.widget.site import Site, operate
from mag_server.base import places
from tests.demo.running import Demonstration

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""
# The swap itself is asked for; what counts comes after the first picture of the skeleton.
SWAP = """async () => {
    document.getElementById("choice").hidden = true;
    document.getElementById("widget").hidden = false;
    for (let pictures = 0; pictures < 2; pictures += 1) await new Promise(requestAnimationFrame);
    await new Promise((go) => setTimeout(go));
    shifts.length = 0;
}"""
WIDTHS = """() => {
  window.widths = [innerWidth];
  addEventListener("resize", () => widths.push(innerWidth));
}"""
HEIGHTS = """
window.heights = [];
customElements.whenDefined("mag-signin").then(() => new ResizeObserver(([{ contentRect }]) => {
  heights.push(contentRect.height);
}).observe(document.querySelector("mag-signin")));
"""
NARROWEST = 240
# Sums of rectangles against one another: less than this is rounding.
NOTHING = 0.0005


def portal(page: Page, demo: Demonstration, brand: str) -> None:
    page.goto(f"{getattr(demo, brand)}/")
    if brand == "klesia":
        page.evaluate(SWAP)  # not a click: a shift just after one would not be counted
    expect(page.locator(READY)).to_have_count(1)


def shifted(page: Page) -> float:
    page.wait_for_timeout(400)
    return float(page.evaluate("shifts.reduce((sum, one) => sum + one, 0)"))


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
@pytest.mark.parametrize("brand", ["klesia", "mcf"])
def test_nothing_moves_when_the_form_comes_nor_when_it_is_refused(
    page: Page, demo: Demonstration, brand: str, width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    portal(page, demo, brand)
    assert shifted(page) < NOTHING
    frame = frame_of(page)
    before = frame.locator("#siret").bounding_box()
    fill(frame, password="Mississippi1")
    press(frame)
    refused = frame_of(page, within="/sign-in")
    expect(refused.locator("#error")).to_be_visible()
    assert shifted(page) < NOTHING
    after = refused.locator("#siret").bounding_box()
    page_scroll = page.evaluate("scrollY")
    assert before
    assert after
    assert after["y"] + page_scroll == pytest.approx(before["y"], abs=1)
    assert (after["x"], after["width"]) == (before["x"], before["width"])


def heights_of(theme: str) -> str:
    """Return the style that the README's table means for a theme."""
    readme = (places.WIDGET / "README.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{theme}` \|(.*)\|$", readme, re.MULTILINE)
    first, *others = re.findall(r"`([\d.]+rem)`", row)
    rules = [
        f"@container (width < {width}px) {{ mag-signin {{ --mag-height: {height}; }} }}"
        for width, height in zip((448, 376, 336), others, strict=True)
    ]
    place = """main { container-type: inline-size; }
        mag-signin:not(:defined) { display: block; min-height: var(--mag-height); }"""
    return "\n".join([place, f"mag-signin {{ --mag-height: {first}; }}", *rules])


@pytest.fixture
def themed(site: Site, demo: Demonstration) -> Iterator[Callable[[str], None]]:
    """Give the way to have the site wear another theme, until the test ends."""

    def wear(theme: str) -> None:
        operate(demo, "partners", "edit", site.client_id, "--theme", theme)

    yield wear
    wear("klesia")


@pytest.mark.parametrize(
    "theme", ["net-entreprises", "klesia", "mon-compte-formation", "reference"]
)
def test_with_the_heights_of_the_readme_nothing_moves_in_any_theme(
    page: Page, site: Site, themed: Callable[[str], None], theme: str
):
    themed(theme)
    page.add_init_script(SHIFTS)
    around = "<main>{}</main><p>en dessous</p>"
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        opened(page, site.with_widget(around=around, style=heights_of(theme)))
        assert shifted(page) < NOTHING, width
        assert inner_overflow(page) == (0, 0), width


def inner_overflow(page: Page) -> tuple[int, int]:
    """Return by how much the frame's document is higher and wider than the frame."""
    frame = frame_of(page, within=":")
    high, wide = frame.evaluate(
        """() => { const d = document.documentElement;
                   return [d.scrollHeight - innerHeight, d.scrollWidth - innerWidth]; }"""
    )
    return high, wide


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("brand", ["klesia", "mcf"])
def test_there_is_no_inner_scroll_bar(page: Page, demo: Demonstration, brand: str, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    portal(page, demo, brand)
    frame = frame_of(page)
    expect(frame.locator("#siret")).to_be_visible()
    for turned in (width, 640, width):
        page.set_viewport_size({"width": turned, "height": 900})
        until(page, lambda: inner_overflow(page) == (0, 0))
        assert page.evaluate("document.documentElement.scrollWidth") <= turned


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize("brand", ["klesia", "mcf"])
def test_text_at_200_percent_grows_the_frame(
    page: Page, demo: Demonstration, brand: str, width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    portal(page, demo, brand)
    frame = frame_of(page)
    before = page.locator("mag-signin").bounding_box()
    frame.evaluate("document.documentElement.style.fontSize = '200%'")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(300)
    after = page.locator("mag-signin").bounding_box()
    assert before
    assert after
    assert after["height"] > 1.5 * before["height"]
    assert inner_overflow(page) == (0, 0)


def test_fields_that_say_what_is_wrong_grow_the_frame(page: Page, site: Site):
    frame = opened(page, site.with_widget())
    before = page.locator("mag-signin").bounding_box()
    press(frame)
    expect(frame.locator("#siret-error")).to_be_visible()
    page.wait_for_timeout(200)
    after = page.locator("mag-signin").bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"]
    assert inner_overflow(page) == (0, 0)


def test_a_page_may_keep_another_height_free(page: Page, site: Site):
    page.route("**/authorize?*", lambda _: None)  # it never comes
    url = site.with_widget(
        around='{}<p id="below">en dessous</p>', style="mag-signin { --mag-height: 777px; }"
    )
    page.goto(url, wait_until="commit")
    page.locator("#below").wait_for()
    page.wait_for_timeout(300)
    below = page.locator("mag-signin").bounding_box()
    assert below
    assert below["height"] == 777


def _without_a_width(page: Page) -> None:
    page.evaluate(
        """async () => {
            document.body.style.width = 0;
            await new Promise((go) => setTimeout(go, 300));
            document.body.style.width = "";
        }"""
    )


# What both do: the page has no width for a moment, as in a drawer that opens.
MOMENTS = {
    "a page without a width": _without_a_width,
    "a picture of the whole page": lambda page: page.screenshot(full_page=True) and None,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_form_is_never_laid_out_one_letter_wide(page: Page, site: Site, moment: str):
    frame = opened(page, site.with_widget(script=HEIGHTS))
    before = page.locator("mag-signin").bounding_box()
    assert before
    frame.evaluate(WIDTHS)
    MOMENTS[moment](page)
    page.wait_for_timeout(300)
    assert min(frame.evaluate("widths")) >= NARROWEST
    assert max(page.evaluate("heights")) < 1.5 * before["height"]
    assert page.locator("mag-signin").bounding_box() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("brand", ["klesia", "mcf"])
def test_the_frame_paints_no_ground_of_its_own(
    page: Page, demo: Demonstration, brand: str, scheme: str
):
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(SHIFTS)
    portal(page, demo, brand)
    frame_of(page)
    page.wait_for_timeout(300)
    host = page.locator("mag-signin").bounding_box()
    assert host
    # One pixel of the frame, right of the title, is the portal's own card beside it.
    inside = pixel(page, host["x"] + host["width"] - 3, host["y"] + 3)
    outside = pixel(page, host["x"] + host["width"] + 12, host["y"] + 3)
    assert inside == outside


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("supported", ["light", "dark", "light dark", "normal"])
def test_the_frame_is_transparent_on_a_page_of_either_scheme(
    page: Page, site: Site, scheme: str, supported: str
):
    page.emulate_media(color_scheme=scheme)
    is_dark = supported == "dark" or (supported == "light dark" and scheme == "dark")
    ground = (36, 12, 30) if is_dark else (250, 236, 244)
    style = f":root {{ color-scheme: {supported}; background: rgb{ground}; }}"
    opened(page, site.with_widget(style=style))
    page.wait_for_timeout(300)
    assert beside_the_title(page) == ground


# A page paints its ground, and leaves it to the browser to know what the frame's words need.
UNREADABLE = {
    "dark, and says nothing of it": "body { background: #111; color: #eee; }",
    "dark, in another notation": "html { background: oklch(.2 .02 300); color: #eee; }",
    "a dark card in a white page": "main { background: #111; color: #eee; }",
    "a veil over a white page": "main { background: rgb(0 0 0 / 80%); }",
    "of middling light": "body { background: rgb(1, 99, 200); }",
}


@pytest.mark.parametrize("style", UNREADABLE)
def test_where_its_words_could_not_be_read_the_form_paints_its_surface(
    page: Page, site: Site, style: str
):
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    page.emulate_media(color_scheme="light")
    frame = opened(page, site.with_widget(around="<main>{}</main>", style=UNREADABLE[style]))
    expect(frame.locator("h1")).to_have_css("color", "rgb(43, 20, 32)")
    until(page, lambda: beside_the_title(page) == (255, 255, 255))
    assert [one for one in said if "cannot be read on the page's own #" in one]


def test_a_page_that_turns_dark_slowly_is_followed_there_and_back(page: Page, site: Site):
    style = "body { background: #fff; transition: background-color 400ms; }"
    frame = opened(page, site.with_widget(style=style))
    painted = frame.locator("html[data-painted]")
    expect(painted).to_have_count(0)
    page.evaluate("document.body.style.backgroundColor = '#111'")
    expect(painted).to_have_count(1)
    page.evaluate("document.body.style.backgroundColor = '#fff'")
    expect(painted).to_have_count(0)


@pytest.mark.parametrize("ground", ["#ffffff", "#101010"])
def test_a_surface_that_the_page_names_is_what_the_words_are_drawn_on(
    page: Page, site: Site, ground: str
):
    # Attack: light words, judged on a dark surface, and drawn on a white page.
    look = """mag-signin { --mag-surface: #101010; --mag-subtle: #202020; --mag-text: #f0f0f0;
      --mag-text-2: #d0d0d0; --mag-link: #f0c0d0; --mag-error: #ffb3ab; --mag-error-bg: #301010;
      --mag-primary: #f2b27a; --mag-primary-hover: #f7c596; --mag-on-primary: #2a0c1b;
      --mag-focus: #ffd9a8; --mag-field-line: #a0a0a0; }"""
    # A picture is told to nobody.
    plain = f"body {{ background: linear-gradient({ground}, {ground}); }}"
    frame = opened(page, site.with_widget(style=look + plain))
    expect(frame.locator("h1")).to_have_css("color", "rgb(240, 240, 240)")
    until(page, lambda: beside_the_title(page) == (16, 16, 16))


def beside_the_title(page: Page) -> tuple[int, ...]:
    """Return the colour of the frame's ground, right of the title."""
    host = page.locator("mag-signin").bounding_box()
    assert host
    return pixel(page, host["x"] + host["width"] - 3, host["y"] + 3)


def pixel(page: Page, x: float, y: float) -> tuple[int, ...]:
    """Return the colour of one pixel of the screen, as drawn."""
    drawn = page.screenshot(clip={"x": round(x), "y": round(y), "width": 1, "height": 1})
    blank = page.context.new_page()
    colour = blank.evaluate(
        """async (bytes) => {
            const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const canvas = new OffscreenCanvas(1, 1).getContext("2d");
            canvas.drawImage(picture, 0, 0);
            return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        }""",
        list(drawn),
    )
    blank.close()
    return tuple(colour)


def test_the_portal_and_the_frame_write_in_one_type(page: Page, demo: Demonstration):
    for brand in ("klesia", "mcf"):
        page.add_init_script(SHIFTS)
        portal(page, demo, brand)
        families = [
            where.evaluate("getComputedStyle(document.body).fontFamily.split(',')[0]")
            for where in (page.main_frame, frame_of(page))
        ]
        assert families[0].strip('"') == families[1].strip('"') == "Inter"


@pytest.mark.parametrize(("width", "pairs"), [(1280, 1), (768, 1), (390, 0)])
def test_nom_and_prenom_stand_as_a_pair_where_there_is_room(
    page: Page, demo: Demonstration, width: int, pairs: int
):
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    portal(page, demo, "mcf")
    frame = frame_of(page)
    nom, prenom = (frame.locator(f"#{name}").bounding_box() for name in ("nom", "prenom"))
    assert nom
    assert prenom
    assert (nom["y"] == prenom["y"]) == bool(pairs)


def test_mon_compte_formation_offers_nothing_to_cancel(page: Page, demo: Demonstration):
    page.goto(f"{demo.mcf}/")
    expect(page.locator(READY)).to_have_count(1)
    frame = frame_of(page)
    expect(frame.locator("button[type=submit]")).to_have_count(1)
    expect(frame.get_by_role("button", name=re.compile("annuler", re.IGNORECASE))).to_have_count(0)
