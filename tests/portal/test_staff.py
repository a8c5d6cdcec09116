"""The staff's own sign-in: agents pass, and nobody else does, whatever else they hold."""

import re

import pytest

from partner_portal.demonstration import DEMONSTRATION_AGENT_PASSWORD, DEMONSTRATION_PASSWORD
from partner_portal.sent_links import Asked
from tests.portal.campaign import Campaign

PAGE = "/agents/accuses-de-reception"


@pytest.fixture
def staff_pages(klesia):
    """Every staff page, with a link and a receipt behind it."""
    portal = klesia.client.application.extensions["portal"]
    campaign = Campaign()
    campaign.walk(campaign.link())
    campaign.tell(portal.receipts.database)
    assert portal.sent_links.funnel(Asked()).links == 1
    link = campaign.links[0].link_id
    return [PAGE, f"{PAGE}?lien={link}", f"{PAGE}/liens.csv", f"{PAGE}/receipt-00000000000000.txt"]


def everyone_but_agents(klesia):
    yield "a passer-by"
    klesia.sign_in_here("polly.sawyer", DEMONSTRATION_PASSWORD)
    assert klesia.get("/espace").status_code == 200
    yield "a customer"
    klesia.client.delete_cookie("__Host-portal", domain="klesia.localhost")
    klesia.come_from_mag()
    assert klesia.get("/espace").status_code == 200
    yield "somebody MAG vouches for"


def test_nobody_but_an_agent_reaches_a_staff_page(klesia, staff_pages):
    for who in everyone_but_agents(klesia):
        for path in staff_pages:
            answer = klesia.get(path)
            assert answer.status_code == 302, (who, path)
            assert answer.location == "/agents/connexion", (who, path)
            assert "TOM" not in answer.text


def test_an_agent_reaches_every_staff_page_and_no_page_of_a_customer(klesia, staff_pages):
    klesia.sign_in_as_agent()
    for path in staff_pages:
        assert klesia.get(path).status_code == 200, path
    assert klesia.get("/espace").status_code in {302, 303, 503}
    assert "SALLY" not in klesia.get("/espace").text


def test_an_account_of_a_customer_is_none_of_an_agent(klesia):
    answer = klesia.sign_in_as_agent("polly.sawyer", DEMONSTRATION_PASSWORD)
    assert answer.status_code == 422
    assert klesia.sign_in_here("sally.phelps", DEMONSTRATION_AGENT_PASSWORD).status_code == 422


def test_signing_in_as_an_agent_ends_the_customers_session_and_the_reverse(klesia):
    klesia.come_from_mag()
    klesia.post(
        "/agents/connexion",
        form_at="/agents/connexion",
        identifiant="sally.phelps",
        mot_de_passe=DEMONSTRATION_AGENT_PASSWORD,
    )
    assert klesia.get("/espace").status_code != 200
    klesia.sign_in_here("polly.sawyer", DEMONSTRATION_PASSWORD)
    assert klesia.get("/espace").status_code == 200
    assert klesia.get(PAGE).location == "/agents/connexion"


def test_unknown_and_wrong_get_the_same_answer(klesia):
    def plain(text: str) -> str:
        return re.sub(r'value="[^"]*"', "value", text)

    wrong = klesia.sign_in_as_agent("sally.phelps", "not this one")
    unknown = klesia.sign_in_as_agent("aunt.sally", "not this one")
    assert wrong.status_code == unknown.status_code == 422
    assert plain(wrong.text) == plain(unknown.text)
    assert "incorrect" in wrong.text
    assert "not this one" not in wrong.text


def test_too_many_failures_wait_for_unknown_and_known_alike_and_at_this_door_only(klesia):
    portal = klesia.client.application.extensions["portal"]
    portal.agents.door.seconds_now = lambda: 1_800_000_000.0
    for identifiant in ("sally.phelps", "aunt.sally"):
        for _ in range(5):
            klesia.sign_in_as_agent(identifiant, "not this one")
        answer = klesia.sign_in_as_agent(identifiant, DEMONSTRATION_AGENT_PASSWORD)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1
    # Who fails at the customers' form under an agent's name keeps no agent out, nor the reverse.
    assert klesia.sign_in_here("sally.phelps", "not this one").status_code == 422


def test_signing_in_starts_a_new_session_and_signing_out_ends_it(klesia):
    before = klesia.page("/agents/connexion").csrf
    klesia.sign_in_as_agent()
    page = klesia.page(PAGE)
    assert page.csrf != before
    assert klesia.get("/agents/connexion").location == PAGE
    assert klesia.post("/agents/deconnexion", form_at=PAGE).location == "/agents/connexion"
    assert klesia.get(PAGE).location == "/agents/connexion"


@pytest.mark.parametrize("path", ["/agents/connexion", "/agents/deconnexion"])
def test_a_form_from_elsewhere_is_refused(klesia, path):
    klesia.sign_in_as_agent()
    assert klesia.post_bare(path, identifiant="sally.phelps").status_code == 400
    assert klesia.get(PAGE).status_code == 200


def test_an_agent_lands_on_the_page_first_asked_for(klesia):
    klesia.get(f"{PAGE}?recherche=sawyer&page=1")
    assert klesia.sign_in_as_agent().location == f"{PAGE}?recherche=sawyer&page=1"


def test_an_agent_who_is_gone_is_out_at_once(klesia):
    klesia.sign_in_as_agent()
    portal = klesia.client.application.extensions["portal"]
    with portal.receipts.database.opened() as connection:
        connection.execute("DELETE FROM agents")
    assert klesia.get(PAGE).location == "/agents/connexion"


def test_a_brand_without_staff_pages_has_none(formation):
    assert formation.get("/agents/connexion").status_code == 404
    assert formation.get(PAGE).status_code == 404
