"""Pages for what goes wrong, in the brand's look and in French."""

from dataclasses import dataclass

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, SecurityError

from mag_sdk.flask import Problem


@dataclass(frozen=True)
class Mishap:
    """What the page says: what happened, and what to do."""

    title: str
    cause: str
    remedy: str


WORDS = {
    400: Mishap(
        "Cette page a expiré",
        "Le formulaire est resté ouvert trop longtemps, ou vous vous êtes connecté entre-temps.",
        "Revenez à l’accueil et recommencez\N{NO-BREAK SPACE}: rien n’a été enregistré.",
    ),
    404: Mishap(
        "Page introuvable",
        "L’adresse est incomplète, ou la page a changé de place.",
        "Revenez à l’accueil pour retrouver vos services.",
    ),
    405: Mishap(
        "Page introuvable",
        "Cette adresse ne s’ouvre pas directement.",
        "Revenez à l’accueil pour retrouver vos services.",
    ),
    500: Mishap(
        "Une erreur est survenue",
        "Notre service n’a pas pu répondre à votre demande.",
        "Réessayez dans quelques minutes. Si l’erreur revient, écrivez à notre assistance.",
    ),
}


def show_mishaps(app: Flask) -> None:
    """Register a page for every refusal and every error of the portal's own."""
    app.register_error_handler(HTTPException, _refused)


def render_problem(problem: Problem) -> str:
    """Draw, in the portal's own look, what the SDK says when a sign-in does not come through."""
    return render_template("shared/problem.html", problem=problem)


def _refused(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):
        return error  # a host name that is not ours: no page of ours can be drawn under it
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - werkzeug's redirects are exceptions too
        return error
    fallback = WORDS[500] if code >= 500 else WORDS[400]  # noqa: PLR2004 - HTTP's own classes
    return render_template("shared/mishap.html", mishap=WORDS.get(code, fallback)), code
