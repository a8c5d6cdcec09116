"""Contracts and AT/MP rates (A-23): view, download, and only one's own."""

import csv
import io

from partner_portal.demonstration import CABINET
from partner_portal.klesia import rates_as_csv
from partner_portal.records import TauxAtmp

NBSP = "\N{NO-BREAK SPACE}"


def test_the_rates_are_shown_as_french_numbers(klesia):
    klesia.come_from_mag()
    words = klesia.page("/espace/taux-atmp").words
    assert f"3,42{NBSP}%" in words
    assert f"1er{NBSP}janvier 2026" in words


def test_who_came_by_a_notice_reads_which_one_and_nobody_else_does(klesia):
    said = f"courriel «{NBSP}Mise à disposition des taux AT/MP{NBSP}»"
    klesia.come_from_mag()
    assert said not in klesia.page("/espace/taux-atmp").words
    klesia.come_from_mag(link="lnk_0000000000000000000000")
    assert said in klesia.page("/espace/taux-atmp").words


def test_the_rates_are_downloaded_as_they_are_shown(klesia):
    klesia.come_from_mag()
    answer = klesia.get("/espace/taux-atmp.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [row[0] for row in rows[1:]] == ["970 505 517 00023", "970 505 517 00072"]
    assert [row[5] for row in rows[1:]] == ["3,42", "1,04"]


def test_a_cell_never_runs_in_a_spreadsheet():
    line = TauxAtmp(
        etablissement_siret="97050551700072",
        commune='=HYPERLINK("http://evil.example")',
        code_risque="741GB",
        activite="+1",
        tarification="@SUM(1)",
        taux_cent_milliemes=1040,
        effective_on="2026-01-01",
    )
    rows = list(csv.reader(io.StringIO(rates_as_csv([line])), delimiter=";"))
    assert all(cell[:1] not in "=+-@" for cell in rows[1] if cell)


def test_each_company_sees_its_own(klesia):
    klesia.come_from_mag(siret=CABINET, given_name="CHRISTIAN", family_name="ABGRALL")
    contracts = klesia.page("/espace/contrats").words
    assert "SA-2024-000276" in contracts
    assert "SA-2026-004417" not in contracts
    assert "Morlaix" in klesia.page("/espace/taux-atmp").words


def test_a_company_without_anything_is_told_so(klesia):
    klesia.come_from_mag(siret="00000000000001")
    assert "Aucun contrat" in klesia.page("/espace/contrats").words
    assert "Aucun taux" in klesia.page("/espace/taux-atmp").words
