"""MAG's form in the two portals, in place, in the seed's own words (A-32 to A-40, A-44)."""

import pytest
from playwright.sync_api import Frame, Page, expect

from e2e.widget.frame import READY, fill, frame_of, sign_in
from tests.demo.running import Demonstration

pytestmark = pytest.mark.usefixtures("calm")
NBSP = "\N{NO-BREAK SPACE}"


def labels(frame: Frame) -> list[str]:
    """Return the labels in the order of reading."""
    return [one.strip() for one in frame.locator("#sign-in label").all_inner_texts()]


def test_klesia_s_brand_button_swaps_its_card_for_mag_s_form_and_annuler_swaps_it_back(
    page: Page, demo: Demonstration
):
    page.goto(f"{demo.klesia}/")
    page.wait_for_function("Boolean(customElements.get('mag-signin'))")
    main = page.get_by_role("main")
    panel = page.get_by_role("banner")
    expect(panel).to_contain_text("KLESIA Pro")
    expect(panel.get_by_role("heading", level=1)).to_have_text(
        f"Bienvenue sur votre espace client Entreprise et{NBSP}Expert-Comptable"
    )
    expect(main.get_by_role("heading", name="Utilisez vos identifiants KLESIA")).to_be_visible()
    for words in ("Identifiant oublié", "Mot de passe oublié"):
        expect(main.get_by_role("link", name=words)).to_be_visible()
    brand = main.get_by_role("link", name="NET-ENTREPRISES·FR")
    expect(brand).to_contain_text("GIP Modernisation des déclarations sociales")
    for words in ("Se créer un compte Entreprise", "Se créer un compte Expert-Comptable"):
        expect(main.get_by_role("link", name=words)).to_be_visible()
    page.fill("#identifiant", "jmartin")
    brand.click()  # A-44, read as: in place
    expect(page.locator(READY)).to_have_count(1)
    expect(page).to_have_url(f"{demo.klesia}/")
    expect(page.locator("#choice")).to_be_hidden()
    expect(panel).to_be_visible()
    frame = frame_of(page)
    expect(frame.get_by_role("heading", level=1)).to_have_text(
        "Connexion à votre espace client avec Net-Entreprises"
    )
    expect(frame.get_by_text("Utilisez vos identifiants Net-Entreprises")).to_be_visible()
    assert labels(frame) == ["SIRET *", "Nom *", "Prénom *", "Mot de passe *"]
    forgotten = frame.get_by_role("link", name=f"Mot de passe oublié{NBSP}?")
    expect(forgotten).to_have_attribute("target", "_top")
    buttons = frame.locator(".actions button")
    assert [one.strip() for one in buttons.all_inner_texts()] == ["ANNULER", "SE CONNECTER"]
    buttons.first.click()
    expect(page.locator("#choice")).to_be_visible()
    expect(page.locator("#widget")).to_be_hidden()
    expect(page.locator("#identifiant")).to_have_value("jmartin")
    expect(page).to_have_url(f"{demo.klesia}/")


def test_klesia_s_form_in_place_signs_in(page: Page, demo: Demonstration):
    page.goto(f"{demo.klesia}/")
    page.wait_for_function("Boolean(customElements.get('mag-signin'))")
    page.click("#open-widget")
    expect(page.locator(READY)).to_have_count(1)
    sign_in(frame_of(page))
    expect(page).to_have_url(f"{demo.klesia}/espace")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_mon_compte_formation_shows_the_form_at_once(page: Page, demo: Demonstration):
    page.goto(f"{demo.mcf}/")
    expect(page.locator(READY)).to_have_count(1)
    frame = frame_of(page)
    expect(frame.locator("#siret")).to_be_visible()
    expect(frame.get_by_role("heading", level=1)).to_have_text(  # D-18
        "Je suis déjà habilité à un ou plusieurs services Mon Compte Formation"
    )
    assert labels(frame) == ["Numéro de Siret *", "Nom *", "Prénom *", "Mot de passe *"]
    buttons = frame.locator(".actions button")
    assert [one.strip() for one in buttons.all_inner_texts()] == ["Se connecter"]
    sign_in(frame)
    expect(page).to_have_url(f"{demo.mcf}/espace")


def test_annuler_forgets_what_was_typed(page: Page, demo: Demonstration):
    # At a shared desk the next person opens the very document that the last one left.
    page.goto(f"{demo.klesia}/")
    page.wait_for_function("Boolean(customElements.get('mag-signin'))")
    page.click("#open-widget")
    expect(page.locator(READY)).to_have_count(1)
    frame = frame_of(page)
    fill(frame)
    frame.get_by_role("button", name="Afficher le mot de passe").click()
    expect(frame.locator("#username")).to_have_value("97050551700072 · SAWYER · TOM")
    frame.get_by_role("button", name="ANNULER").click()
    expect(page.locator("#choice")).to_be_visible()
    page.click("#open-widget")
    for name in ("siret", "nom", "prenom", "password", "username"):
        expect(frame.locator(f"#{name}")).to_have_value("")
    expect(frame.locator("#password")).to_have_attribute("type", "password")
    expect(frame.get_by_role("button", name="Afficher le mot de passe")).to_be_visible()
    expect(frame.locator("[aria-invalid=true]")).to_have_count(0)
