"""The keyboard's way into the frame and out of it, and what is said on the way."""

import re

from playwright.sync_api import Page, expect

from e2e.walk import TOM
from e2e.widget.frame import READY, be_seen, frame_of, opened, sign_in
from e2e.widget.site import OPENED_ROOT, Site
from tests.demo.running import Demonstration

AROUND = '<a id="before" href="/x">Avant</a>{}<a id="after" href="/y">Après</a>'
RING = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; }"""


def test_the_keyboard_alone_goes_in_signs_in_and_lands(page: Page, site: Site):
    frame = opened(page, site.with_widget(around=AROUND))
    be_seen(frame)
    page.locator("#before").focus()
    for typed in (TOM.siret, TOM.nom, TOM.prenom, TOM.password):
        page.keyboard.press("Tab")
        assert frame.evaluate(RING), frame.evaluate("document.activeElement.outerHTML")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/callback")


def test_the_keyboard_goes_through_and_out_on_both_sides(page: Page, site: Site):
    frame = opened(page, site.with_widget(around=AROUND))
    page.locator("#before").focus()
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        where = page.evaluate("document.activeElement.id || document.activeElement.localName")
        if where == "after":
            break
        assert where == "mag-signin"
        assert frame.evaluate(RING), frame.evaluate("document.activeElement.outerHTML")
        seen.append(frame.evaluate("document.activeElement.id || document.activeElement.value"))
    assert seen[:4] == ["siret", "nom", "prenom", "password"]
    assert "sign-in" in seen
    assert where == "after"
    for _ in seen:
        page.keyboard.press("Shift+Tab")
    expect(frame.locator("#siret")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#before")).to_be_focused()


def test_the_form_takes_no_focus_by_itself_and_takes_it_when_asked(page: Page, site: Site):
    frame = opened(page, site.with_widget(around=AROUND))
    assert page.evaluate("document.activeElement.localName") == "body"
    page.evaluate("document.querySelector('mag-signin').focus()")
    expect(frame.locator("#siret")).to_be_focused()


def test_klesia_s_button_leads_in_and_annuler_leads_back(page: Page, demo: Demonstration):
    page.goto(f"{demo.klesia}/")
    page.wait_for_function("Boolean(customElements.get('mag-signin'))")
    button = page.locator("#open-widget")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(READY)).to_have_count(1)
    frame = frame_of(page)
    expect(frame.locator("#siret")).to_be_focused()
    frame.get_by_role("button", name="ANNULER").press("Enter")
    expect(button).to_be_visible()
    expect(button).to_be_focused()


def test_a_refusal_is_announced_once_at_the_field_to_correct(page: Page, site: Site):
    frame = opened(page, site.with_widget(around=AROUND))
    sign_in(frame, password="Mississippi1875")
    refused = frame_of(page, within="/sign-in")
    password = refused.locator("#password")
    expect(password).to_be_focused()
    expect(password).to_have_accessible_description(re.compile("Connexion impossible"))
    expect(refused.get_by_text("Connexion impossible")).to_have_count(1)
    live = refused.locator("[role=alert]:visible, [aria-live]:visible:not(#status)")
    expect(live).to_have_count(0)
    expect(refused.get_by_role("status")).to_have_text("")
    expect(refused.locator("[aria-describedby~=error]")).to_have_count(1)


def test_the_frame_has_a_name_which_the_page_may_choose_and_change(page: Page, site: Site):
    opened(page, site.with_widget(script=OPENED_ROOT))
    title = "root.querySelector('iframe').title"
    assert page.evaluate(title) == "Connexion avec Net-Entreprises"
    element = "document.querySelector('mag-signin')"
    page.evaluate(f"{element}.setAttribute('frame-title', 'Espace client')")
    assert page.evaluate(title) == "Espace client"
    page.evaluate(f"{element}.removeAttribute('frame-title')")
    assert page.evaluate(title) == "Connexion avec Net-Entreprises"
    opened(page, site.with_widget(script=OPENED_ROOT, attributes='frame-title="Mon espace"'))
    assert page.evaluate(title) == "Mon espace"
    opened(page, site.with_widget(script=OPENED_ROOT, attributes='lang="en"'))
    assert page.evaluate(title) == "Sign in with Net-Entreprises"
