"""The demonstration as one walks through it: the portals with MAG's form, a mail, its receipts."""

import re
from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

from e2e.notice import (
    ABGRALL,
    open_mailbox,
    open_notice,
    open_rates,
    open_receipts_as_staff,
)
from e2e.widget.frame import READY, be_seen, frame_of, press
from e2e.widget.frame import sign_in as sign_in_frame
from tests.demo.running import Demonstration

# What many sites float over their pages, here over a corner of the form.
LAY_BUBBLE = """() => {
  const { right, top } = document.querySelector("mag-signin").getBoundingClientRect();
  const bubble = document.body.appendChild(document.createElement("div"));
  bubble.id = "bubble";
  Object.assign(bubble.style, { position: "absolute", width: "64px", height: "64px",
    left: right - 44 + "px", top: top + scrollY - 20 + "px", borderRadius: "50%",
    background: "#7f35b2" });
}"""


def _klesia(page: Page, demo: Demonstration) -> None:
    page.goto(f"{demo.klesia}/")


def _widget_empty(page: Page, demo: Demonstration, brand: str) -> None:
    page.goto(f"{getattr(demo, brand)}/")
    if brand == "klesia":
        page.wait_for_function("Boolean(customElements.get('mag-signin'))")
        page.click("#open-widget")
    expect(page.locator(READY)).to_have_count(1)


def _widget_refused(page: Page, demo: Demonstration, brand: str) -> None:
    _widget_empty(page, demo, brand)
    sign_in_frame(frame_of(page), ABGRALL, password="Finistere2024")
    expect(frame_of(page, within="/sign-in").locator("#error")).to_be_visible()


def _widget_skeleton(page: Page, demo: Demonstration) -> None:
    page.route("**/authorize?*", lambda _: None)  # it never comes
    page.goto(f"{demo.klesia}/")
    page.wait_for_function("Boolean(customElements.get('mag-signin'))")
    page.click("#open-widget")


def _widget_late(page: Page, demo: Demonstration) -> None:
    _widget_skeleton(page, demo)
    page.evaluate("new Promise((go) => addEventListener('mag-error', go, { once: true }))")


def _widget_faulty(page: Page, demo: Demonstration) -> None:
    _widget_empty(page, demo, "klesia")
    frame = frame_of(page)
    press(frame)
    expect(frame.locator("#siret-error")).to_be_visible()


def _widget_covered(page: Page, demo: Demonstration) -> None:
    _widget_empty(page, demo, "klesia")
    frame = frame_of(page)
    be_seen(frame)
    page.evaluate(LAY_BUBBLE)
    expect(frame.locator("html[data-armed]")).to_have_count(0)
    frame.evaluate("document.querySelector('button[value=sign-in]').click()")
    expect(frame.locator("#unseen-offer")).to_be_visible()


def _widget_uncovered(page: Page, demo: Demonstration) -> None:
    _widget_covered(page, demo)
    page.evaluate("document.getElementById('bubble').remove()")
    expect(frame_of(page).locator("#pressed-too-soon")).to_be_visible()


def _own_receipts(page: Page, demo: Demonstration) -> None:
    open_rates(page, demo)
    page.goto(f"{demo.mag}/my-receipts")
    expect(page.locator(".receipts li").first).to_be_visible()


def _staff(page: Page, demo: Demonstration) -> None:
    open_receipts_as_staff(page, demo.klesia)


def _timeline(page: Page, demo: Demonstration) -> None:
    _staff(page, demo)
    page.get_by_role("link", name=re.compile("ABGRALL")).first.click()
    expect(page.locator("main")).to_contain_text("Authentifié")


Reached = Callable[[Page, Demonstration], None]
PLACES: dict[str, Reached] = {
    "klesia": _klesia,
    "klesia-widget": lambda page, demo: _widget_empty(page, demo, "klesia"),
    "klesia-widget-refused": lambda page, demo: _widget_refused(page, demo, "klesia"),
    "klesia-widget-skeleton": _widget_skeleton,
    "klesia-widget-late": _widget_late,
    "klesia-widget-faulty": _widget_faulty,
    "klesia-widget-covered": _widget_covered,
    "klesia-widget-uncovered": _widget_uncovered,
    "mcf-widget": lambda page, demo: _widget_empty(page, demo, "mcf"),
    "mcf-widget-refused": lambda page, demo: _widget_refused(page, demo, "mcf"),
    "mailbox": open_mailbox,
    "mail": open_notice,
    "rates": open_rates,
    "my-receipts": _own_receipts,
    "staff-receipts": _staff,
    "staff-timeline": _timeline,
}


def places(page: Page, demo: Demonstration) -> Iterator[str]:
    """Go to each place, in the order of a visit; give its name once the page stands there whole."""
    for name, reach in PLACES.items():
        page.context.clear_cookies()
        page.unroute_all(behavior="ignoreErrors")
        reach(page, demo)
        # As high as its page: to be drawn whole, frames too, without being laid out again for it.
        height = page.evaluate("document.documentElement.scrollHeight")
        size = page.viewport_size
        assert size
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
        page.wait_for_timeout(400)
        yield name
        page.set_viewport_size(size)
