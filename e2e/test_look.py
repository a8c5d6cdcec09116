"""The form in a real browser, under the real policy: how it looks, and how it is used."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from e2e.look import STATES, LookServer, fill, look_server, show_state

THEMES = ["net-entreprises", "klesia", "mon-compte-formation", "reference"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with look_server(tmp_path_factory.mktemp("look"), themes=THEMES) as running:
        yield running


@pytest.fixture
def quiet_page(page: Page):
    """Give a page that refuses any complaint of the browser: policy, Trusted Types, scripts."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type in {"error", "warning"} and "status of 4" not in said.text
            else None
        ),
    )
    yield page
    assert complaints == []


@pytest.fixture
def form(quiet_page: Page, server: LookServer) -> Page:
    quiet_page.goto(server.form_url("net-entreprises"))
    return quiet_page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(quiet_page: Page, server, theme, scheme):
    quiet_page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for state in STATES:
        show_state(quiet_page, server, theme=theme, state=state)
        found = Axe().run(quiet_page)
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"


# WCAG 1.4.10 asks 320 px, 1.4.4 asks text at 200 %: not both at once.
@pytest.mark.parametrize(("percent", "widths"), [(100, (320, 390, 768, 1280)), (200, (640, 1280))])
@pytest.mark.parametrize("theme", THEMES)
def test_nothing_is_wider_than_the_screen(quiet_page: Page, server, theme, percent, widths):
    show_state(quiet_page, server, theme=theme, state="error")
    quiet_page.evaluate(f"document.documentElement.style.fontSize = '{percent}%'")
    for width in widths:
        quiet_page.set_viewport_size({"width": width, "height": 800})
        assert quiet_page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", THEMES)
def test_a_refusal_moves_no_field(quiet_page: Page, server, theme):
    for width in (320, 390, 1280):
        quiet_page.set_viewport_size({"width": width, "height": 900})
        show_state(quiet_page, server, theme=theme, state="empty")
        before = quiet_page.locator("#siret").bounding_box()
        show_state(quiet_page, server, theme=theme, state="error")
        assert quiet_page.locator("#siret").bounding_box() == before


def test_the_button_keeps_its_size_while_busy(quiet_page: Page, server):
    show_state(quiet_page, server, theme="klesia", state="filled")
    before = quiet_page.locator("button[value=sign-in]").bounding_box()
    show_state(quiet_page, server, theme="klesia", state="busy")
    button = quiet_page.locator("button[value=sign-in]")
    assert button.bounding_box() == before
    expect(button).to_have_text("Connexion en cours…")
    expect(quiet_page.get_by_role("status")).to_have_text("Connexion en cours…")


@pytest.mark.parametrize("forced", ["active", "none"])
def test_every_button_shows_an_edge_in_forced_colours(form: Page, forced):
    form.emulate_media(forced_colors=forced)
    colour = form.locator("button[value=sign-in]").evaluate(
        "e => getComputedStyle(e).borderTopColor"
    )
    assert (colour == "rgba(0, 0, 0, 0)") == (forced == "none")


def test_the_keyboard_alone_goes_through_the_form_in_order(form: Page):
    expect(form.locator("#siret")).to_be_focused()
    visited = []
    for _ in range(6):
        form.keyboard.press("Tab")
        visited.append(
            form.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        )
    assert visited[:3] == ["nom", "prenom", "password"]
    assert visited[3].startswith("Afficher")
    assert visited[4:] == ["Connexion", "Mot de passe oublié\u00a0?"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("97050551700072", "970 505 517 00072"),
        ("970.505.517.00072", "970 505 517 00072"),
        ("970-505-517/00072", "970 505 517 00072"),
        ("970\u00a0505\u202f517 00072", "970 505 517 00072"),
        ("９７０５", "970 5"),
        ("9705", "970 5"),
        ("9705A", "9705A"),
        ("970505517000721", "970 505 517 000721"),
    ],
)
def test_a_siret_is_grouped_as_it_is_pasted(form: Page, typed, shown):
    form.locator("#siret").focus()
    form.keyboard.insert_text(typed)
    expect(form.locator("#siret")).to_have_value(shown)


def caret(page: Page) -> int:
    return page.evaluate("document.getElementById('siret').selectionStart")


def test_a_siret_is_grouped_as_it_is_typed_and_the_caret_stays(form: Page):
    form.locator("#siret").press_sequentially("97050551700072")
    expect(form.locator("#siret")).to_have_value("970 505 517 00072")
    assert caret(form) == len("970 505 517 00072")


def test_a_digit_typed_in_the_middle_leaves_the_caret_behind_it(form: Page):
    form.fill("#siret", "970 505 517")
    form.evaluate("document.getElementById('siret').setSelectionRange(1, 1)")
    form.keyboard.type("8")
    expect(form.locator("#siret")).to_have_value("987 050 551 7")
    assert caret(form) == 2


def test_deleting_at_a_gap_takes_the_digit_beyond_it(form: Page):
    form.fill("#siret", "970 505 517")
    form.evaluate("document.getElementById('siret').setSelectionRange(4, 4)")
    form.keyboard.press("Backspace")
    expect(form.locator("#siret")).to_have_value("975 055 17")
    form.evaluate("document.getElementById('siret').setSelectionRange(3, 3)")
    form.keyboard.press("Delete")
    expect(form.locator("#siret")).to_have_value("975 551 7")


def test_the_password_is_shown_and_hidden_and_it_is_said(form: Page):
    form.fill("#password", "Mississippi1876")
    form.get_by_role("button", name="Afficher le mot de passe").click()
    expect(form.locator("#password")).to_have_attribute("type", "text")
    expect(form.get_by_role("status")).to_have_text("Le mot de passe est affiché.")
    form.get_by_role("button", name="Masquer le mot de passe").click()
    expect(form.locator("#password")).to_have_attribute("type", "password")


def test_locked_capitals_are_said_beside_the_password(form: Page):
    form.locator("#password").focus()
    form.evaluate(
        """document.getElementById('password').dispatchEvent(
           new KeyboardEvent('keydown', {key: 'A', modifierCapsLock: true, bubbles: true}))"""
    )
    expect(form.locator("#caps")).to_be_visible()
    expect(form.get_by_role("status")).to_have_text("Majuscules verrouillées")
    form.keyboard.press("a")
    expect(form.locator("#caps")).to_be_hidden()


def test_what_is_missing_is_said_without_losing_the_password(form: Page):
    posts = []
    form.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    form.fill("#siret", "970 505")
    form.fill("#password", "Mississippi1876")
    form.keyboard.press("Enter")
    expect(form.locator("#siret-error")).to_have_text("Un SIRET compte 14 chiffres.")
    expect(form.locator("#nom-error")).to_have_text("Remplissez ce champ.")
    expect(form.locator("#siret")).to_be_focused()
    expect(form.locator("#siret")).to_have_attribute("aria-describedby", re.compile("siret-error"))
    expect(form.locator("#password")).to_have_value("Mississippi1876")
    assert posts == []
    form.fill("#nom", "S")
    expect(form.locator("#nom-error")).to_be_hidden()
    expect(form.locator("#nom")).not_to_have_attribute("aria-invalid", "true")


def test_a_double_click_sends_the_form_once(form: Page):
    posts = []
    form.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    fill(form, nom="DOUBLECLIC", password="Mississippi1")
    form.locator("button[value=sign-in]").dblclick()
    form.locator("#error").wait_for()
    assert len(posts) == 1


def test_the_wait_runs_down_opens_the_button_and_is_said_once(quiet_page: Page, server):
    quiet_page.clock.install()
    show_state(quiet_page, server, theme="net-entreprises", state="throttled")
    button = quiet_page.locator("button[value=sign-in]")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(quiet_page.locator("[data-countdown]")).to_have_text("Réessayez dans 32 secondes.")
    quiet_page.clock.run_for(31_000)
    expect(quiet_page.locator("[data-countdown]")).to_have_text("Réessayez dans 1 seconde.")
    expect(quiet_page.get_by_role("status")).to_have_text("")
    quiet_page.clock.run_for(2_000)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    expect(quiet_page.get_by_role("status")).to_have_text("Vous pouvez réessayer.")


def test_after_a_refusal_the_password_is_empty_focused_and_described(quiet_page: Page, server):
    show_state(quiet_page, server, theme="net-entreprises", state="error")
    password = quiet_page.locator("#password")
    expect(password).to_be_focused()
    expect(password).to_have_value("")
    expect(password).to_have_accessible_description(re.compile("Connexion impossible"))


def test_one_name_gathers_the_three_fields_for_a_password_manager(form: Page):
    fill(form, nom="Sawyer")
    expect(form.locator("#username")).to_have_value("97050551700072 · SAWYER · TOM")


def test_what_a_password_manager_gives_back_is_spread_over_the_fields(form: Page):
    form.evaluate(
        """const anchor = document.getElementById('username');
           anchor.value = '97050551700072 · SAWYER · TOM';
           anchor.dispatchEvent(new Event('input', {bubbles: true}))"""
    )
    expect(form.locator("#siret")).to_have_value("970 505 517 00072")
    expect(form.locator("#nom")).to_have_value("SAWYER")
    expect(form.locator("#prenom")).to_have_value("TOM")


def test_without_scripts_the_form_is_sent_and_refused_all_the_same(browser, server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.form_url("klesia"))
    expect(page.locator(".reveal")).to_be_hidden()
    fill(page, nom="SANSSCRIPT", password="Mississippi1")
    page.click("button[value=sign-in]")
    expect(page.locator("#error")).to_contain_text("Connexion impossible")
    expect(page.locator("#nom")).to_have_value("SANSSCRIPT")
    context.close()


def test_english_comes_with_ui_locales(quiet_page: Page, server):
    show_state(quiet_page, server, theme="mon-compte-formation", state="error", lang="en")
    expect(quiet_page.locator("#error")).to_contain_text("Check what you entered.")
    expect(quiet_page.locator("button[value=sign-in]")).to_have_text("Sign in")
