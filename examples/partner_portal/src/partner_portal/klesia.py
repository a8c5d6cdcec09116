"""KLESIA's own pages: contracts, and the AT/MP rates to consult and download (A-23)."""

import csv
import io

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from partner_portal import french
from partner_portal.guard import portal, visitor, visitor_required
from partner_portal.records import TauxAtmp

pages = Blueprint("klesia", __name__, url_prefix="/espace")

COLUMNS = (
    "SIRET de l’établissement",
    "Commune",
    "Code risque",
    "Activité",
    "Tarification",
    "Taux (%)",
    "Date d’effet",
)


@pages.get("/contrats")
@visitor_required
def contrats() -> ResponseReturnValue:
    """List the company's contracts."""
    who = visitor()
    contracts = portal().records.contrats_of(who.siret)
    return render_template("klesia/contrats.html", visitor=who, contrats=contracts)


@pages.get("/taux-atmp")
@visitor_required
def taux_atmp() -> ResponseReturnValue:
    """Show the rates of the establishments the company declares for."""
    who = visitor()
    rates = portal().records.taux_atmp_of(who.siret)
    return render_template("klesia/taux_atmp.html", visitor=who, taux=rates)


@pages.get("/taux-atmp.csv")
@visitor_required
def taux_atmp_csv() -> ResponseReturnValue:
    """Download the same rates, in the CSV that French spreadsheets open."""
    who = visitor()
    text = rates_as_csv(portal().records.taux_atmp_of(who.siret))
    name = f"taux-atmp-{who.siret}.csv"
    return Response(
        text.encode("utf-8-sig"),  # without its mark, a spreadsheet misreads the accents
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def rates_as_csv(rates: list[TauxAtmp]) -> str:
    """Write rates with semicolons and decimal commas.

    A SIRET keeps its groups: a spreadsheet would round 14 bare digits.
    """
    page = io.StringIO()
    writer = csv.writer(page, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in rates:
        cells = (
            french.siret(line.etablissement_siret).replace(french.NBSP, " "),
            line.commune,
            line.code_risque,
            line.activite,
            line.tarification,
            french.rate_number(line.taux_cent_milliemes),
            line.effective_on,
        )
        writer.writerow(_inert(cell) for cell in cells)
    return page.getvalue()


def _inert(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula (CSV injection)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
