"""Every page around the form: readable by all, at any size, in any colours."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from e2e.tiny_partner import TinyPartner
from e2e.walk import changed, open_form, sign_in
from tests.demo.running import Demonstration

pytestmark = pytest.mark.usefixtures("calm")

MAG_PAGES = {
    "wrong redirect_uri": "/authorize?client_id=klesia&redirect_uri=https://mechant.example/",
    "MAG's own address": "/",
    "unknown page": "/nulle-part",
    "forgotten password": "/forgotten-password?client_id=klesia",
    "forgotten password, MCF": "/forgotten-password?client_id=mcf",
    "sign-up": "/sign-up?client_id=klesia",
    "sign-up in English": "/sign-up?client_id=klesia&ui_locales=en",
    "every error": "/docs/errors/",
    "one error": "/docs/errors/MAG-102",
}
PORTAL_PAGES = {
    "klesia": (
        "/",
        "/espace",
        "/espace/contrats",
        "/espace/taux-atmp",
        "/rien",
        "/inscription/entreprise",
    ),
    "mcf": (
        "/",
        "/espace",
        "/espace/abondement",
        "/espace/regularisation",
        "/mag/callback?state=x",
    ),
}


def no_violation(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url} {scheme}: {found.generate_report()}"


def nothing_is_wider(page: Page) -> None:
    for percent, width in ((100, 320), (100, 390), (200, 640)):
        page.evaluate(f"document.documentElement.style.fontSize = '{percent}%'")
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url}: {wide} px at {width} px and {percent} %"
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("name", MAG_PAGES)
def test_axe_finds_nothing_and_nothing_is_cut_on_mags_other_pages(
    page: Page, demo: Demonstration, name: str
):
    page.goto(demo.mag + MAG_PAGES[name])
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    no_violation(page)
    nothing_is_wider(page)


def test_axe_finds_nothing_on_the_way_out(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    page.goto(f"{demo.mag}/logout")
    no_violation(page)
    nothing_is_wider(page)
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté")
    no_violation(page)
    nothing_is_wider(page)


@pytest.mark.parametrize("portal", PORTAL_PAGES)
def test_axe_finds_nothing_on_the_portals_pages(page: Page, demo: Demonstration, portal: str):
    address = {"klesia": demo.klesia, "mcf": demo.mcf}[portal]
    page.goto(f"{address}/")
    no_violation(page)
    nothing_is_wider(page)
    page.goto(f"{address}/espace")
    sign_in(page)
    expect(page).to_have_url(f"{address}/espace")
    for path in PORTAL_PAGES[portal][1:]:
        page.goto(address + path)
        no_violation(page)
        nothing_is_wider(page)


@pytest.fixture
def high_contrast(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Give a page as a person sees it who forces their own colours."""
    return new_context(forced_colors="active").new_page()


@pytest.mark.parametrize("theme", ["klesia", "mcf", "tiny"])
def test_in_forced_colours_fields_and_button_keep_an_edge_and_the_error_its_sign(
    high_contrast: Page, demo: Demonstration, tiny: TinyPartner, theme: str
):
    addresses = {
        "klesia": f"{demo.klesia}/espace",
        "mcf": f"{demo.mcf}/espace",
        "tiny": tiny.authorize_url(demo),
    }
    high_contrast.goto(addresses[theme])
    sign_in(high_contrast, password="Mississippi1875")
    expect(high_contrast.locator("#error")).to_be_visible()
    edges = high_contrast.evaluate(
        """() => ["#siret", "#password", "button[value=sign-in]", "#error"].map((where) => {
            const style = getComputedStyle(document.querySelector(where));
            const sides = ["Top", "Right", "Bottom", "Left"];
            return sides.some((side) => style["border" + side + "Style"] !== "none"
                && parseFloat(style["border" + side + "Width"]) >= 1
                && style["border" + side + "Color"] !== style.backgroundColor);
        })"""
    )
    assert edges == [True] * 4
    high_contrast.locator("#nom").focus()
    outline = high_contrast.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_a_page_says_its_language_and_its_place(page: Page, demo: Demonstration):
    form = open_form(page, demo)
    for address, lang in ((form, "fr"), (changed(form, ui_locales="en"), "en")):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", lang)
        for role in ("main", "banner", "contentinfo"):
            expect(page.get_by_role(role)).to_have_count(1)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
