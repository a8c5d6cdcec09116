"""KLESIA's own pages: contracts, and the AT/MP rates to consult and download (A-23)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from partner_portal import french, spreadsheets
from partner_portal.consultations import note_served
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
    assertion = portal().mag.assertion
    from_notice = assertion is not None and assertion.link is not None
    page = render_template(
        "klesia/taux_atmp.html", visitor=who, taux=rates, from_notice=from_notice
    )
    note_served(assertion, rates_as_csv(rates))
    return page


@pages.get("/taux-atmp.csv")
@visitor_required
def taux_atmp_csv() -> ResponseReturnValue:
    """Download the same rates, in the CSV that French spreadsheets open."""
    who = visitor()
    text = rates_as_csv(portal().records.taux_atmp_of(who.siret))
    note_served(portal().mag.assertion, text)
    return spreadsheets.download(text, name=f"taux-atmp-{who.siret}.csv")


def rates_as_csv(rates: list[TauxAtmp]) -> str:
    """Write rates with decimal commas.

    A SIRET keeps its groups: a spreadsheet would round 14 bare digits.
    """
    lines = (
        (
            french.plain_siret(line.etablissement_siret),
            line.commune,
            line.code_risque,
            line.activite,
            line.tarification,
            french.rate_number(line.taux_cent_milliemes),
            line.effective_on,
        )
        for line in rates
    )
    return spreadsheets.as_csv(COLUMNS, lines)
