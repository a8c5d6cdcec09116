"""AR-3: what was really served to who came by a link is told to MAG, and only that."""

import hashlib
import sqlite3

import pytest

from partner_portal.consultations import Consultations
from partner_portal.demonstration import CABINET, DEMONSTRATION_PASSWORD

PAGES = ["/espace/taux-atmp", "/espace/taux-atmp.csv"]
LINK = "lnk_0000000000000000000000"


@pytest.fixture
def consultations(klesia) -> Consultations:
    return klesia.client.application.extensions["portal"].consultations


@pytest.mark.parametrize("path", PAGES)
def test_the_page_served_to_who_came_by_a_link_is_noted_with_its_content(
    klesia, consultations, path
):
    klesia.come_from_mag(link=LINK)
    assert klesia.get(path).status_code == 200
    (noted,) = consultations.waiting(most=10)
    assert (noted.link_id, noted.session) == (LINK, "a-session")
    served = klesia.get("/espace/taux-atmp.csv").data.decode("utf-8-sig")
    assert noted.document == hashlib.sha256(served.encode()).hexdigest()


def test_a_page_served_again_is_noted_once_and_another_content_once_more(klesia, consultations):
    klesia.come_from_mag(link=LINK)
    for path in [*PAGES, *PAGES]:
        klesia.get(path)
    assert len(consultations.waiting(most=10)) == 1
    klesia.come_from_mag(link=LINK, siret=CABINET)
    klesia.get(PAGES[0])
    assert len(consultations.waiting(most=10)) == 2


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_noted_of_who_did_not_come_by_a_link(klesia, consultations, path):
    klesia.come_from_mag()
    assert klesia.get(path).status_code == 200
    klesia.post("/deconnexion", form_at="/espace")
    klesia.sign_in_here("polly.sawyer", DEMONSTRATION_PASSWORD)
    assert klesia.get(path).status_code == 200
    assert consultations.waiting(most=10) == []


@pytest.mark.parametrize("path", ["/espace", "/espace/contrats", "/espace/no-such-page"])
def test_another_page_than_the_one_announced_is_no_consultation(klesia, consultations, path):
    klesia.come_from_mag(link=LINK)
    klesia.get(path)
    assert consultations.waiting(most=10) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_cannot_be_noted_is_served_all_the_same(klesia, consultations, path, caplog):
    with consultations.database.opened() as connection:
        connection.execute("DROP TABLE consultations")
    klesia.come_from_mag(link=LINK)
    assert klesia.get(path).status_code == 200
    assert "was not noted" in caplog.text
    with pytest.raises(sqlite3.Error):
        consultations.waiting(most=10)


def test_what_mag_knows_or_refuses_is_not_told_again(consultations):
    for number in range(3):
        consultations.note(link_id=LINK, session=f"session-{number}", document=b"rates")
    first, second, third = consultations.waiting(most=10)
    consultations.told(first)
    consultations.refused(second, reason="MAG-316")
    assert consultations.waiting(most=10) == [third]
