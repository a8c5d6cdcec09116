"""Scanners that run a browser: one that looks, one that clicks everything, one that types."""

from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.sent import SAWYER, TARGET, told
from e2e.walk import TOM, sign_in
from mag_server.app import equip
from mag_server.base.clock import system_clock
from mag_server.base.settings import Settings
from mag_server.rooms.links.actions import create_links
from mag_server.rooms.links.model import CreatedLinks, MadeLink
from mag_server.rooms.partners.actions import find_partner
from tests.demo.running import Demonstration

LINKS = 50
# An AR-1 `interaction` at most, and what a button that reports makes: never an authentication.
INTERACTION, REPORTED = ("opened", "interaction"), ("reported", "interaction")


def made(demo: Demonstration) -> list[str]:
    """Make 50 links to TOM SAWYER in one call; return the addresses their mails would carry."""
    environ = {"MAG_ISSUER": demo.mag, "MAG_DATABASE_URL": demo.database_url}
    equipment = equip(Settings.read(environ))
    partner = find_partner(equipment.work(system_clock()), client_id="klesia")
    assert partner is not None
    siret, nom, prenom, email = SAWYER
    link = {
        "addressee": {"siret": siret, "nom": nom, "prenom": prenom, "email": email},
        "kind": "information",
        "message": "taux-at-mp",
        "target": f"{demo.klesia}{TARGET}",
        "delivery": "own",
    }
    lines = [(number, link) for number in range(1, LINKS + 1)]
    created = create_links(equipment.work(system_clock()), partner=partner, lines=lines, by="test")
    equipment.database.dispose()
    assert isinstance(created, CreatedLinks)
    urls = [one.url for _, one in created.outcomes if isinstance(one, MadeLink) and one.url]
    assert len(urls) == LINKS
    return urls


def looks(page: Page) -> None:
    page.evaluate("document.title + document.body.innerText.length")


def submits_by_script(page: Page) -> None:
    with page.expect_navigation():
        page.evaluate("document.getElementById('sign-in').submit()")


def clicks_every_button(page: Page) -> None:
    url, buttons = page.url, page.locator("button:visible")
    names = buttons.all_inner_texts()
    for number, name in enumerate(names):
        # A click may leave the page: each button is met on a page of its own.
        page.goto(url)
        expect(buttons).to_have_count(len(names))
        expect(buttons.nth(number)).to_have_text(name)
        buttons.nth(number).click()
        page.wait_for_load_state()


def types_and_submits(page: Page) -> None:
    # A name of its own each time: the same one would wait by itself, and spare the address.
    typed = {"siret": "97050551700072", "nom": f"test{token_hex(4)}", "prenom": "test"}
    for field, value in (typed | {"password": "test"}).items():
        page.locator(f"#{field}").fill(value)
    with page.expect_navigation():
        page.keyboard.press("Enter")


# What each of the 50 links is left with: docs/receipts.md states these counts.
SCANNERS: dict[str, tuple[Callable[[Page], None], list[tuple[str, str]]]] = {
    "runs the scripts": (looks, []),
    "submits by script": (submits_by_script, []),
    "clicks every button": (clicks_every_button, [INTERACTION, REPORTED]),
    "types into every field and submits": (types_and_submits, [INTERACTION]),
}


@pytest.mark.parametrize("name", SCANNERS)
def test_a_browser_without_a_person_authenticates_nobody(
    browser: Browser, demo: Demonstration, name: str
):
    scan, left = SCANNERS[name]
    urls = made(demo)
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    for url in urls:
        page.goto(url)
        scan(page)
    context.close()
    seen = [told(demo, url) for url in urls]
    count = sum(receipts.count(INTERACTION) for receipts in seen)
    print(f"{name}: {count} of {LINKS} reported an input event")  # noqa: T201 - the count is told
    assert [sorted(receipts) for receipts in seen] == [left] * LINKS
    # The human comes after the scanner, from the same address, and does not wait.
    human = browser.new_context(locale="fr-FR")
    page = human.new_page()
    page.goto(urls[-1])
    sign_in(page, TOM)
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")
    human.close()
