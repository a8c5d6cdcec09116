"""axe finds nothing in the partner's page nor in the frame, in each state, theme and scheme."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from e2e.throttled import make_wait
from e2e.widget.frame import (
    LATE,
    READY,
    SCRIPT_OF_THE_FRAME,
    be_seen,
    fill,
    frame_of,
    opened,
    press,
    sign_in,
)
from e2e.widget.site import OPENED_ROOT, Site, operate
from tests.demo.running import Demonstration

# What axe sees is the same in all four worlds of conftest.py: one is enough.
pytestmark = pytest.mark.parametrize("context", ["blocked"], indirect=True)
one_site = pytest.mark.parametrize("site", ["cross_site"], indirect=True)
# The frame paints no ground of its own: alone, axe would take what shines through for white.
GROUND = """() => {
  for (let at = document.querySelector("mag-signin"); at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!colour.endsWith(", 0)")) return colour;
  }
  return "white";
}"""
AROUND = "<main><h1>Un portail</h1>{}</main>"
LAY = "(colour) => { document.documentElement.style.background = colour; }"


def nothing_found(page: Page, *frames: Frame) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two words
        page.wait_for_timeout(300)  # the page tells the frame its new scheme
        for frame in frames:
            frame.evaluate(LAY, page.evaluate(GROUND))
        # axe looks into the frames that it runs in itself: the page, then each frame by its own.
        for place in (page, *frames):
            found = Axe().run(cast("Page", place))
            assert found.violations_count == 0, f"{place.url} {scheme}: {found.generate_report()}"


def refused(page: Page) -> Frame:
    sign_in(frame_of(page), password="Mississippi1875")
    frame = frame_of(page, within="/sign-in")
    expect(frame.locator("#error")).to_be_visible()
    return frame


def faulty(page: Page) -> Frame:
    frame = frame_of(page)
    fill(frame, password="")
    press(frame)
    expect(frame.locator(".field-error:visible").first).to_be_visible()
    return frame


def covered(page: Page) -> Frame:
    frame = frame_of(page)
    be_seen(frame)
    page.evaluate("document.querySelector('mag-signin').style.opacity = .02")
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    frame.evaluate("document.querySelector('button[value=sign-in]').click()")
    page.evaluate("document.querySelector('mag-signin').style.opacity = ''")
    return frame


def still_covered(page: Page) -> Frame:
    frame = covered(page)
    # Shown as it is to the person, but for the cover: axe judges what can be seen.
    frame.evaluate(
        """() => { document.getElementById("pressed-too-soon").hidden = true;
                   document.getElementById("unseen-offer").hidden = false; }"""
    )
    return frame


def busy(page: Page) -> Frame:
    frame = frame_of(page)
    fill(frame)
    frame.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    press(frame)
    expect(frame.locator("#sign-in[aria-busy=true]")).to_have_count(1)
    return frame


STATES: dict[str, Callable[[Page], Frame]] = {
    "empty": frame_of,
    "refused": refused,
    "with a faulty field": faulty,
    "pressed too soon": covered,
    "covered": still_covered,
    "busy": busy,
}
THEMES = ("klesia", "mon-compte-formation", "net-entreprises", "reference")


@pytest.fixture(params=THEMES)
def themed(request: pytest.FixtureRequest, site: Site) -> Iterator[Site]:
    """Give the partner in each theme."""
    operate(site.demo, "partners", "edit", site.client_id, "--theme", request.param)
    yield site
    operate(site.demo, "partners", "edit", site.client_id, "--theme", THEMES[0])


@one_site
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_the_frame_nor_around_it(page: Page, themed: Site, state: str):
    opened(page, themed.with_widget(around=AROUND))
    nothing_found(page, STATES[state](page))


@one_site
def test_axe_finds_nothing_in_the_frame_of_who_must_wait(page: Page, themed: Site):
    opened(page, themed.with_widget(around=AROUND))
    frame = refused(page)
    make_wait(themed.demo)
    fill(frame)
    press(frame)
    expect(frame.locator("[data-countdown]")).to_be_visible()
    nothing_found(page, frame)


@one_site
def test_axe_finds_nothing_in_a_request_that_is_refused(page: Page, themed: Site):
    frame = opened(page, themed.with_widget(around=AROUND))
    elsewhere = ("--redirect-uri", f"{themed.url}/elsewhere")
    operate(themed.demo, "partners", "edit", themed.client_id, *elsewhere)
    try:
        sign_in(frame)
        refusal = frame_of(page, within="/sign-in")
        expect(refusal.get_by_text("MAG-120")).to_be_visible()
        nothing_found(page, refusal)
    finally:
        callback = ("--redirect-uri", f"{themed.url}/callback")
        operate(themed.demo, "partners", "edit", themed.client_id, *callback)


@one_site
def test_axe_finds_nothing_in_the_way_on_without_scripts(page: Page, themed: Site):
    page.route(SCRIPT_OF_THE_FRAME, lambda route: route.abort())
    # Without scripts the frame follows the system: as does a page that is both light and dark.
    both = ":root { color-scheme: light dark; background: Canvas; color: CanvasText; }"
    page.goto(themed.with_widget(around=AROUND, style=both))
    frame = frame_of(page)
    fill(frame)
    frame.click("button[value=sign-in]")
    answer = frame_of(page, within="/sign-in")
    expect(answer.get_by_role("link", name="Continuer")).to_be_visible()
    nothing_found(page, answer)


EDGES = """() => ["#siret", "#password", "button[value=sign-in]", "#error"].map((where) => {
  const style = getComputedStyle(document.querySelector(where));
  const sides = ["Top", "Right", "Bottom", "Left"];
  return sides.some((side) => style["border" + side + "Style"] !== "none"
      && parseFloat(style["border" + side + "Width"]) >= 1
      && style["border" + side + "Color"] !== style.backgroundColor);
})"""


@one_site
def test_in_forced_colours_all_keep_an_edge_and_no_colour_of_the_page_s_is_worn(
    page: Page, themed: Site
):
    page.emulate_media(forced_colors="active")
    violet = "mag-signin { --mag-surface: #ffffff; --mag-text: #7f35b2; --mag-primary: #7f35b2; }"
    opened(page, themed.with_widget(style=violet))
    frame = refused(page)
    assert frame.evaluate("matchMedia('(forced-colors: active)').matches")
    assert frame.evaluate(EDGES) == [True] * 4
    for where in ("#siret", "button[value=sign-in]", "h1"):
        expect(frame.locator(where)).not_to_have_css("color", "rgb(127, 53, 178)")
        expect(frame.locator(where)).not_to_have_css("background-color", "rgb(127, 53, 178)")
    frame.locator("#nom").focus()
    expect(frame.locator("#nom")).to_have_css("outline-style", "solid")


@one_site
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_with_reduced_motion_nothing_turns_while_one_waits(page: Page, site: Site, motion: str):
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]  # one of two words
    opened(page, site.with_widget())
    frame = busy(page)
    moving = frame.evaluate("document.getAnimations().length")
    assert bool(moving) == (motion == "no-preference")


@pytest.mark.parametrize("brand", ["klesia", "mcf"])
def test_axe_finds_nothing_in_the_portals_with_their_form(
    page: Page, demo: Demonstration, brand: str
):
    page.goto(f"{getattr(demo, brand)}/")
    if brand == "klesia":
        page.wait_for_function("Boolean(customElements.get('mag-signin'))")
        page.click("#open-widget")
    expect(page.locator(READY)).to_have_count(1)
    nothing_found(page, frame_of(page))
    nothing_found(page, refused(page))


@one_site
@pytest.mark.own_browser
def test_axe_finds_nothing_in_what_a_late_form_leaves(page: Page, site: Site):
    page.clock.install()
    page.route("**/authorize?*", lambda route: route.abort())
    page.goto(site.with_widget(around=AROUND, script=OPENED_ROOT))
    page.wait_for_timeout(500)
    page.clock.run_for(8_100)
    expect(page.get_by_text(LATE)).to_be_visible()
    nothing_found(page)
