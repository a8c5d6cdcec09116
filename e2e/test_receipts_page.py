"""The staff's page « Accusés de réception » in a real browser, as large as a campaign."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from e2e.test_access import no_violation, nothing_is_wider
from e2e.test_keyboard import focus_is_seen, tab_to
from partner_portal.app import create_app
from partner_portal.demonstration import DEMONSTRATION_AGENT, DEMONSTRATION_AGENT_PASSWORD
from tests.portal.campaign import BEGIN, Campaign, instant
from tests.portal.conftest import settings_for

pytestmark = pytest.mark.usefixtures("calm")

PAGE = "/agents/accuses-de-reception"
LONG = {"nom": "DE LA ROCHEFOUCAULD-MONTBEL", "prenom": "ANNE-SOPHIE MARIE BÉRENGÈRE"}
ENDS = ("consulted", "authenticated", "opened", "relayed", "submitted")


def sent() -> Campaign:
    """Tell 60 links of 40 days, with every stage and a name that wraps."""
    campaign = Campaign()
    for number in range(60):
        at = BEGIN + timedelta(days=number % 40, minutes=number)
        more = LONG if number == 59 else {"nom": f"SAWYER{number:02d}"}
        link = campaign.link(created_at=instant(at), **more)
        campaign.walk(link, at=at, upto=ENDS[number % len(ENDS)])
        if number % 7 == 0:
            for stage in ("refused", "reported", "expired", "corrected"):
                campaign.step(link, stage)
        if number % len(ENDS) == 3:
            campaign.step(link, "bounced", reason="5.1.1 mailbox unavailable")
    deemed = "css-l242-5=2026-11-17 arrete-2020-10-08=2026-11-02"
    campaign.step(link, "deemed", reason=deemed)
    return campaign


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a running portal that holds a campaign; MAG is away."""
    folder: Path = tmp_path_factory.mktemp("portal")
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [], threaded=True)
    url = f"http://klesia.localhost:{server.port}"
    server.app = create_app(settings_for("klesia", folder, url=url))
    sent().tell(server.app.extensions["portal"].receipts.database)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def staff(page: Page, portal: str) -> Page:
    page.goto(f"{portal}{PAGE}")
    page.fill("#identifiant", DEMONSTRATION_AGENT.identifiant)
    page.fill("#mot_de_passe", DEMONSTRATION_AGENT_PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal}{PAGE}")
    return page


@pytest.mark.parametrize(
    "query", ["", "?recherche=personne", "?du=hier&etape=opened", "?etape=reported", "?page=3"]
)
def test_axe_finds_nothing_and_nothing_is_cut(staff: Page, portal: str, query: str):
    staff.goto(f"{portal}{PAGE}{query}")
    for table in staff.locator("details").all():
        table.evaluate("details => { details.open = true; }")
    no_violation(staff)
    nothing_is_wider(staff)


def test_the_staffs_form_has_nothing_to_complain_of(page: Page, portal: str):
    page.goto(f"{portal}/agents/connexion")
    no_violation(page)
    nothing_is_wider(page)
    page.fill("#identifiant", "aunt.sally")
    page.fill("#mot_de_passe", "not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("incorrect")
    no_violation(page)


def test_the_keyboard_alone_filters_follows_a_link_and_leaves(page: Page, portal: str):
    page.goto(f"{portal}{PAGE}")
    page.locator("#identifiant").focus()
    page.keyboard.type(DEMONSTRATION_AGENT.identifiant)
    page.keyboard.press("Tab")
    page.keyboard.type(DEMONSTRATION_AGENT_PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal}{PAGE}")
    page.locator("#recherche").focus()
    assert focus_is_seen(page)
    page.keyboard.type("rochefoucauld")
    page.keyboard.press("Enter")
    expect(page.locator(".kept")).to_contain_text("1 lien retenu")
    tab_to(page, "DE LA ROCHEFOUCAULD-MONTBEL", at_most=40)
    page.keyboard.press("Enter")
    expect(page.locator("#suivi")).to_be_in_viewport()
    with page.expect_download() as download:
        tab_to(page, "Télécharger l’accusé signé", at_most=40)
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("accuse-")
    page.goto(f"{portal}{PAGE}")
    tab_to(page, "Se déconnecter")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal}/agents/connexion")


def test_the_chart_and_the_funnel_are_drawn_under_the_strict_policy(staff: Page):
    for scheme in ("light", "dark"):
        staff.emulate_media(color_scheme=scheme)
        expect(staff.locator(".chart .opened").first).to_be_visible()
        ground = staff.locator(".chart .plot").evaluate(
            "svg => getComputedStyle(svg.closest('.panel-card')).backgroundColor"
        )
        for series in (".opened", ".authenticated"):
            bars = staff.locator(f".chart {series}")
            highest = max(
                box["height"] for box in (one.bounding_box() for one in bars.all()) if box
            )
            assert highest > 20
            assert bars.first.evaluate("bar => getComputedStyle(bar).fill") != ground
    for fall in staff.locator(".fall").all():
        expect(fall).to_be_visible()


def test_all_is_there_without_scripts(browser, portal: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal}{PAGE}")
    page.fill("#identifiant", DEMONSTRATION_AGENT.identifiant)
    page.fill("#mot_de_passe", DEMONSTRATION_AGENT_PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.select_option("#etape", "bounced")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.locator(".kept")).to_contain_text("12 liens retenus")
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter (CSV)").click()
    assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == 13
    context.close()
