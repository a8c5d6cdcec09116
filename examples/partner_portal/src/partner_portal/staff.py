"""The staff's own sign-in: agents of the portal, apart from customers and from MAG's people."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from partner_portal.agents import Agent
from partner_portal.credentials import TooManyAttempts
from partner_portal.guard import portal

pages = Blueprint("staff", __name__, url_prefix="/agents")

View = Callable[..., ResponseReturnValue]

_AGENT = "agent"
_ASKED_FIRST = "agent_asked_first"


def current_agent() -> Agent | None:
    """Tell which agent is signed in; None for anybody else, customers and MAG's people included."""
    identifiant = session.get(_AGENT)
    return portal().agents.named(identifiant) if isinstance(identifiant, str) else None


def agent_required(view: View) -> View:
    """Let agents pass, and send everyone else to the staff's own form."""

    @wraps(view)
    def guarded(**names: object) -> ResponseReturnValue:
        if current_agent() is not None:
            return view(**names)
        # A path of this portal's own that was just matched: no address is taken from a form.
        session[_ASKED_FIRST] = request.full_path.rstrip("?")
        return redirect(url_for("staff.show_sign_in"))

    return guarded


@pages.get("/connexion")
def show_sign_in() -> ResponseReturnValue:
    """Show the staff's form, or their first page to whoever is already signed in."""
    if current_agent() is not None:
        return redirect(url_for("acknowledgements.show"))
    return _form()


@pages.post("/connexion")
def sign_in() -> ResponseReturnValue:
    """Check an agent's credentials; every refusal looks the same."""
    identifiant = request.form.get("identifiant", "")
    answer = portal().agents.sign_in(identifiant, password=request.form.get("mot_de_passe", ""))
    if isinstance(answer, Agent):
        asked_first = session.get(_ASKED_FIRST)
        _open_session(answer)
        return redirect(asked_first or url_for("acknowledgements.show"), 303)
    if isinstance(answer, TooManyAttempts):
        wait_seconds = answer.retry_after_seconds
        page = _form(identifiant=identifiant, wait_seconds=wait_seconds)
        return page, 429, {"Retry-After": str(wait_seconds)}
    return _form(identifiant=identifiant, refused=True), 422


@pages.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """End the agent's session."""
    session.clear()
    return redirect(url_for("staff.show_sign_in"), 303)


def _open_session(agent: Agent) -> None:
    # A fresh cookie (no fixation), and nobody else in it: not the customer who was here before.
    session.clear()
    session.permanent = True
    session[_AGENT] = agent.identifiant


def _form(*, identifiant: str = "", refused: bool = False, wait_seconds: int = 0) -> str:
    return render_template(
        "agents/sign_in.html",
        identifiant=identifiant,
        refused=refused,
        wait_seconds=wait_seconds,
    )
