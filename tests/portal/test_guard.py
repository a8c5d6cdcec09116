"""Who may pass, and where one lands."""

from urllib.parse import parse_qs, urlsplit

import pytest

from partner_portal.demonstration import DEMONSTRATION_PASSWORD

PAGES = {
    "klesia": ["/espace", "/espace/contrats", "/espace/taux-atmp", "/espace/taux-atmp.csv"],
    "formation": ["/espace", "/espace/abondement", "/espace/regularisation"],
}


@pytest.mark.parametrize(("brand", "path"), [(b, p) for b in PAGES for p in PAGES[b]])
def test_a_page_asked_for_first_is_kept_as_the_target(request, brand, path):
    answer = request.getfixturevalue(brand).get(f"{path}?tri=date")
    there = urlsplit(answer.location)
    assert answer.status_code == 303
    assert there.path == "/mag/sign-in"
    assert parse_qs(there.query)["target"] == [f"{path}?tri=date"]


def test_a_stranger_cannot_post_behind_the_sign_in(formation):
    formation.come_from_mag()
    token = formation.page("/espace/abondement").csrf
    with formation.client.session_transaction(base_url=formation.url) as kept:
        del kept["mag"]
    fields = {"nom": "ROGERS", "prenom": "BEN", "montant": "10", "csrf": token}
    assert formation.post_bare("/espace/abondement", **fields).status_code == 303
    formation.come_from_mag()
    assert "10,00" not in formation.page("/espace/abondement").words


def test_someone_from_mag_is_greeted_with_company_and_roles(portal):
    portal.come_from_mag()
    page = portal.page("/espace")
    assert page.headings == ["Bonjour TOM SAWYER"]
    assert "970 505 517 00072".replace(" ", "\N{NO-BREAK SPACE}") in page.words
    assert "Administrateur" in page.words
    assert "Déclarant" in page.words
    assert "http://sibling.localhost:8591/espace" in page.links


def test_a_name_is_text_whatever_it_holds(portal):
    portal.come_from_mag(given_name="<b onclick=x>", family_name="{{ 7 * 7 }}")
    page = portal.page("/espace")
    assert page.headings == ["Bonjour <b onclick=x> {{ 7 * 7 }}"]
    assert page.inline == []


def test_an_own_account_opens_the_same_pages_without_mag(klesia):
    klesia.sign_in_here("polly.sawyer", DEMONSTRATION_PASSWORD)
    assert klesia.page("/espace").headings == ["Bonjour POLLY SAWYER"]
    assert klesia.get("/espace/contrats").status_code == 200
    assert "http://sibling.localhost:8591/espace" not in klesia.page("/espace").links


def test_the_choice_is_skipped_by_whoever_is_signed_in(portal):
    portal.come_from_mag()
    assert portal.get("/").location == "/espace"


def test_signing_out_ends_an_own_session(klesia):
    klesia.sign_in_here("polly.sawyer", DEMONSTRATION_PASSWORD)
    assert klesia.post("/deconnexion", form_at="/espace").status_code == 303
    assert "/mag/sign-in" in klesia.get("/espace").location


def test_signing_out_ends_the_portals_session_even_when_mag_is_away(portal):
    portal.come_from_mag()
    assert portal.post("/mag/sign-out", form_at="/espace").status_code == 303
    assert "/mag/sign-in" in portal.get("/espace").location


def test_signing_out_is_never_a_link(portal):
    portal.come_from_mag()
    assert portal.get("/mag/sign-out").status_code == 405
    assert portal.get("/deconnexion").status_code == 405
    assert portal.get("/espace").status_code == 200
