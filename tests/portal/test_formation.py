"""Crediting an account (D-02) and putting rights right (D-03)."""

import pytest

from partner_portal.demonstration import CABINET
from tests.portal.page import Page

HERE = "/espace/abondement"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def tom(formation):
    formation.come_from_mag()
    return formation


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1500", f"1{NARROW}500,00"),
        ("12,5", "12,50"),
        (f"2{NARROW}000,01 €", f"2{NARROW}000,01"),
        ("7.05", "7,05"),
    ],
)
def test_an_amount_is_read_as_people_write_it(tom, typed, shown):
    answer = tom.post(HERE, form_at=HERE, nom="THATCHER", prenom="AMY", montant=typed)
    assert answer.status_code == 303
    words = tom.page(HERE).words
    assert f"Abondement de {shown}" in words
    assert "par TOM SAWYER" in words


@pytest.mark.parametrize("typed", ["", "dix", "0", "-5", "1,234", "10000,01", "٣", "1e3"])
def test_a_wrong_amount_is_refused_beside_its_field(tom, typed):
    answer = tom.post(HERE, form_at=HERE, nom="THATCHER", prenom="AMY", montant=typed)
    page = Page(answer.text)
    field = next(i for i in page.inputs if i.get("name") == "montant")
    assert answer.status_code == 422
    assert field["aria-invalid"] == "true"
    assert "montant-error" in field["aria-describedby"]
    assert next(i for i in page.inputs if i.get("name") == "nom")["value"] == "THATCHER"
    assert "AMY THATCHER" not in tom.page(HERE).words


def test_settling_a_line_says_who_and_cannot_be_done_twice(tom):
    here = "/espace/regularisation"
    path = next(f["action"] for f in tom.page(here).forms if f["action"].startswith(here))
    token = tom.page(here).csrf
    assert tom.post_bare(path, csrf=token).status_code == 303
    assert "par TOM SAWYER" in tom.page(here).words
    assert tom.post_bare(path, csrf=token).status_code == 404


def test_another_companys_line_does_not_exist(tom):
    here = "/espace/regularisation"
    path = next(f["action"] for f in tom.page(here).forms if f["action"].startswith(here))
    tom.come_from_mag(siret=CABINET, given_name="CHRISTIAN", family_name="ABGRALL")
    assert tom.post(path, form_at=here).status_code == 404
    tom.come_from_mag()
    assert path in [form["action"] for form in tom.page(here).forms]
