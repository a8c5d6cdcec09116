"""The page where one chooses how to sign in (A-32 to A-35, D-17 to D-19), and its helping pages."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from partner_portal.accounts import Account
from partner_portal.credentials import TooManyAttempts
from partner_portal.guard import current_visitor, open_own_session, portal

pages = Blueprint("choice", __name__)

KINDS_OF_ACCOUNT = {"entreprise": "Entreprise", "expert-comptable": "Expert-Comptable"}


@pages.get("/")
def show() -> ResponseReturnValue:
    """Show the choice, or the home page to whoever is already signed in."""
    if current_visitor() is not None:
        return redirect(url_for("espace.home"))
    return _choice()


@pages.post("/connexion")
def sign_in() -> ResponseReturnValue:
    """Check the portal's own credentials (A-33); every refusal looks the same."""
    if not portal().settings.brand.has_own_accounts:
        abort(404)
    identifiant = request.form.get("identifiant", "")
    password = request.form.get("mot_de_passe", "")
    answer = portal().accounts.sign_in(identifiant, password=password)
    if isinstance(answer, Account):
        open_own_session(answer)
        return redirect(url_for("espace.home"), 303)
    if isinstance(answer, TooManyAttempts):
        wait_seconds = answer.retry_after_seconds
        page = _choice(identifiant=identifiant, wait_seconds=wait_seconds)
        return page, 429, {"Retry-After": str(wait_seconds)}
    return _choice(identifiant=identifiant, refused=True), 422


@pages.get("/connexion")
def sign_in_again() -> ResponseReturnValue:
    """Bring back whoever reloads the address of a refused form."""
    return redirect(url_for("choice.show"))


@pages.get("/identifiant-oublie")
def forgotten_identifiant() -> ResponseReturnValue:
    """Say how to find one's identifier again."""
    return _helping_page("forgotten_identifiant")


@pages.get("/mot-de-passe-oublie")
def forgotten_password() -> ResponseReturnValue:
    """Say how to get a new password."""
    return _helping_page("forgotten_password")


@pages.get("/inscription/<kind>")
def enrolment(kind: str) -> ResponseReturnValue:
    """Say how an account is opened (A-35)."""
    if kind not in KINDS_OF_ACCOUNT:
        abort(404)
    return _helping_page("enrolment", kind=KINDS_OF_ACCOUNT[kind], is_firm=kind != "entreprise")


def _choice(*, identifiant: str = "", refused: bool = False, wait_seconds: int = 0) -> str:
    return render_template(
        f"{portal().settings.brand.key}/choice.html",
        identifiant=identifiant,
        refused=refused,
        wait_seconds=wait_seconds,
    )


def _helping_page(name: str, **words: object) -> str:
    brand = portal().settings.brand
    if not brand.has_own_accounts:
        abort(404)
    return render_template(f"{brand.key}/{name}.html", **words)
