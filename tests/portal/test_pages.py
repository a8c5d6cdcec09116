"""Every page of both brands is a whole French page, without anything inline."""

import re

import pytest

from tests.portal.page import Page

OPEN_PAGES = {
    "klesia": [
        "/",
        "/identifiant-oublie",
        "/mot-de-passe-oublie",
        "/inscription/entreprise",
        "/inscription/expert-comptable",
        "/agents/connexion",
        "/no-such-page",
        "/mag/sign-in?target=/espace",
    ],
    "formation": ["/", "/no-such-page", "/mag/sign-in?target=/espace"],
}
PAGES_INSIDE = {
    "klesia": ["/espace", "/espace/contrats", "/espace/taux-atmp"],
    "formation": ["/espace", "/espace/abondement", "/espace/regularisation"],
}
EVERY_PAGE = [
    (brand, path, inside)
    for pages, inside in ((OPEN_PAGES, False), (PAGES_INSIDE, True))
    for brand in pages
    for path in pages[brand]
]


@pytest.fixture
def shown(request) -> Page:
    brand, path, inside = request.param
    browser = request.getfixturevalue(brand)
    if inside:
        browser.come_from_mag()
    return browser.page(path)


@pytest.mark.parametrize("shown", EVERY_PAGE, indirect=True, ids=lambda page: f"{page[0]}{page[1]}")
class TestEveryPage:
    def test_is_french_with_one_heading_and_its_landmarks(self, shown):
        assert shown.language == "fr"
        assert len(shown.headings) == 1
        assert shown.headings[0].strip()
        assert shown.landmarks.count("main") == 1
        assert "header" in shown.landmarks

    def test_has_no_script_or_style_inside(self, shown):
        assert shown.inline == []

    def test_labels_every_field_one_types_in(self, shown):
        typed = [field for field in shown.inputs if field.get("type") != "hidden"]
        assert all(field["id"] in shown.labels_for for field in typed)

    def test_puts_no_break_spaces_before_double_punctuation(self, shown):
        assert not re.search(r"[ ][:;?!»]|«[ ]", shown.words)


@pytest.mark.parametrize("brand", ["klesia", "formation"])
def test_no_link_and_no_file_leads_nowhere(request, brand):
    browser = request.getfixturevalue(brand)
    for inside, pages in ((False, OPEN_PAGES), (True, PAGES_INSIDE)):
        if inside:
            browser.come_from_mag()
        for path in pages[brand]:
            page = browser.page(path)
            local = [a for a in page.links + page.files if a.startswith("/")]
            # MAG is away in these tests, so its own address may say 503 and nothing else.
            answers = {address: browser.get(address).status_code for address in local}
            wrong = {a: s for a, s in answers.items() if s >= 400 and "/mag/" not in a}
            assert wrong == {}, path


def test_the_own_credentials_stand_before_net_entreprises(klesia):
    words = klesia.page("/").words
    own = words.index("Utilisez vos identifiants KLESIA")
    mag = words.index("Utilisez vos identifiants Net-Entreprises")
    signing_up = words.index("Pas encore inscrit")
    assert own < mag < signing_up


def test_mon_compte_formation_offers_net_entreprises_only(formation):
    page = formation.page("/")
    assert "Se connecter avec mes identifiants Net-Entreprises" in page.words  # D-19
    assert "/mag/sign-in?target=/espace" in page.links  # a way in even while MAG is away
    assert page.forms == []
    assert formation.get("/mot-de-passe-oublie").status_code == 404
    assert formation.get("/inscription/entreprise").status_code == 404


def test_mag_away_is_a_sentence_in_the_portals_look(portal):
    answer = portal.get("/mag/sign-in?target=/espace")
    assert answer.status_code == 503
    assert "portal.css" in answer.text
    assert "Réessayer" in answer.text


def test_a_fault_of_ours_shows_no_trace(portal):
    app = portal.client.application
    app.add_url_rule("/boom", view_func=lambda: 1 / 0)
    answer = portal.get("/boom")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert len(Page(answer.text).headings) == 1
