"""Mon Compte Formation's own pages: crediting an account (D-02), putting rights right (D-03)."""

import re
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from partner_portal import french
from partner_portal.guard import portal, visitor, visitor_required

pages = Blueprint("formation", __name__, url_prefix="/espace")

NAME_MAXIMUM_CHARACTERS = 80
AMOUNT_MAXIMUM_CENTS = 10_000_00
_AMOUNT = re.compile(r"(?P<euros>[0-9]{1,7})(?:[.,](?P<cents>[0-9]{1,2}))?")


@dataclass(frozen=True, kw_only=True)
class AbondementForm:
    """What was typed, with the sentence each wrong field deserves."""

    nom: str = ""
    prenom: str = ""
    montant: str = ""

    @property
    def amount_cents(self) -> int | None:
        """The amount in cents; None when it is not one."""
        bare = re.sub(r"[\s€]", "", self.montant)
        found = _AMOUNT.fullmatch(bare)
        if not found:
            return None
        return int(found["euros"]) * 100 + int((found["cents"] or "0").ljust(2, "0"))

    @property
    def errors(self) -> dict[str, str]:
        """A sentence for each wrong field, empty when all is well."""
        found = {}
        if not self.nom:
            found["nom"] = "Saisissez le nom du bénéficiaire."
        if not self.prenom:
            found["prenom"] = "Saisissez le prénom du bénéficiaire."
        if self.amount_cents is None:
            found["montant"] = "Saisissez un montant en euros, par exemple 1500 ou 1500,50."
        elif not 0 < self.amount_cents <= AMOUNT_MAXIMUM_CENTS:
            most = french.euros(AMOUNT_MAXIMUM_CENTS)
            found["montant"] = f"Saisissez un montant positif, de {most} au plus."
        return found


@pages.get("/abondement")
@visitor_required
def abondement() -> ResponseReturnValue:
    """Show the form and what the company has credited so far."""
    return _abondement_page(AbondementForm(), errors={})


@pages.post("/abondement")
@visitor_required
def add_abondement() -> ResponseReturnValue:
    """Credit someone's account."""
    form = AbondementForm(nom=_typed("nom"), prenom=_typed("prenom"), montant=_typed("montant"))
    errors = form.errors
    if errors or form.amount_cents is None:
        return _abondement_page(form, errors=errors), 422
    who = visitor()
    portal().records.add_abondement(
        who.siret,
        nom=form.nom,
        prenom=form.prenom,
        amount_cents=form.amount_cents,
        by=who.full_name,
    )
    amount = french.euros(form.amount_cents)
    flash(f"Abondement de {amount} enregistré pour {form.prenom} {form.nom}.")
    return redirect(url_for("formation.abondement"), 303)


@pages.get("/regularisation")
@visitor_required
def regularisation() -> ResponseReturnValue:
    """List the rights to put right."""
    who = visitor()
    lines = portal().records.regularisations_of(who.siret)
    return render_template("mon-compte-formation/regularisation.html", visitor=who, lines=lines)


@pages.post("/regularisation/<int:line>")
@visitor_required
def settle(line: int) -> ResponseReturnValue:
    """Settle one line of the visitor's own company."""
    who = visitor()
    if not portal().records.settle_regularisation(who.siret, line=line, by=who.full_name):
        abort(404)
    flash("Les droits ont été régularisés.")
    return redirect(url_for("formation.regularisation"), 303)


def _abondement_page(form: AbondementForm, *, errors: dict[str, str]) -> str:
    who = visitor()
    return render_template(
        "mon-compte-formation/abondement.html",
        visitor=who,
        form=form,
        errors=errors,
        abondements=portal().records.abondements_of(who.siret),
    )


def _typed(field: str) -> str:
    return request.form.get(field, "").strip()[:NAME_MAXIMUM_CHARACTERS]
