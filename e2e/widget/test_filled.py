"""Password managers, and whatever else fills a form without a keyboard, in the partner's page."""

import pytest
from playwright.sync_api import Page, expect

from e2e.walk import TOM, UNKNOWN
from e2e.widget.frame import be_seen, fill, opened, press
from e2e.widget.site import Site

ENTRY = "97050551700072 · SAWYER · TOM"
# As some managers do it: the value alone, and not a word of it.
SILENTLY = "(field, value) => { field.value = value; }"


def test_one_entry_for_the_four_fields(page: Page, site: Site):
    frame = opened(page, site.with_widget())
    fields = frame.locator("form#sign-in input:not([type=hidden])")
    ask = "all => all.map((one) => [one.id, one.type, one.autocomplete])"
    told = fields.evaluate_all(ask)
    # Offered where a person begins; kept, once it is whole, under the name of the three.
    assert [name for name, _, words in told if words == "username"] == ["siret"]
    passwords = [(name, words) for name, type_, words in told if type_ == "password"]
    assert passwords == [("password", "current-password")]
    for name, value in (("siret", TOM.siret), ("nom", TOM.nom), ("prenom", TOM.prenom)):
        frame.fill(f"#{name}", value)
    expect(frame.locator("#username")).to_have_value(ENTRY)
    told = fields.evaluate_all(ask)
    assert [name for name, _, words in told if words == "username"] == ["username"]


@pytest.mark.parametrize("with_events", [True, False], ids=["with events", "without a word"])
def test_an_entry_chosen_at_the_first_field_replaces_all_three(
    page: Page, site: Site, *, with_events: bool
):
    frame = opened(page, site.with_widget())
    fill(frame, UNKNOWN)
    for name, value in (("siret", ENTRY), ("password", TOM.password)):
        field = frame.locator(f"#{name}")
        field.evaluate(SILENTLY, value)
        if with_events:
            field.dispatch_event("input", {"bubbles": True})
    if with_events:
        expect(frame.locator("#siret")).to_have_value("970 505 517 00072")
        expect(frame.locator("#nom")).to_have_value(TOM.nom)
        expect(frame.locator("#prenom")).to_have_value(TOM.prenom)
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")


def test_a_chosen_entry_takes_back_what_was_said_to_be_missing(page: Page, site: Site):
    frame = opened(page, site.with_widget())
    press(frame)
    expect(frame.locator("[aria-invalid=true]")).to_have_count(4)
    siret = frame.locator("#siret")
    siret.evaluate(SILENTLY, ENTRY)
    siret.dispatch_event("input", {"bubbles": True})
    expect(frame.locator("[aria-invalid=true]")).to_have_count(1)
    expect(frame.locator("#nom-error")).to_be_hidden()


@pytest.mark.parametrize("with_events", [True, False], ids=["with events", "without a word"])
def test_an_entry_that_is_given_back_signs_in(page: Page, site: Site, *, with_events: bool):
    frame = opened(page, site.with_widget())
    for name, value in (("username", ENTRY), ("password", TOM.password)):
        field = frame.locator(f"#{name}")
        field.evaluate(SILENTLY, value)
        if with_events:
            field.dispatch_event("input")
            field.dispatch_event("change")
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")


def test_four_values_filled_without_a_word_are_read_when_sent(page: Page, site: Site):
    frame = opened(page, site.with_widget())
    typed = {"siret": TOM.siret, "nom": TOM.nom, "prenom": TOM.prenom, "password": TOM.password}
    for name, value in typed.items():
        frame.locator(f"#{name}").evaluate(SILENTLY, value)
    press(frame)
    expect(page).to_have_url(f"{site.url}/callback")


def test_pasting_works_in_every_field(page: Page, site: Site):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    frame = opened(page, site.with_widget(around='<textarea id="copied"></textarea>{}'))
    typed = {"siret": TOM.siret, "nom": TOM.nom, "prenom": TOM.prenom, "password": TOM.password}
    for name, value in typed.items():
        page.fill("#copied", value)
        page.locator("#copied").select_text()
        page.keyboard.press("Control+C")
        frame.locator(f"#{name}").focus()
        page.keyboard.press("Control+V")
        expect(frame.locator(f"#{name}")).not_to_have_value("")
    be_seen(frame)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/callback")
