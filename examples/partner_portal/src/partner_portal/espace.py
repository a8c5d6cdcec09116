"""The home page behind the sign-in, for both brands."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from partner_portal.guard import close_own_session, visitor, visitor_required

pages = Blueprint("espace", __name__)


@pages.get("/espace")
@visitor_required
def home() -> ResponseReturnValue:
    """Greet by name, with the company and how one signed in."""
    return render_template("espace/home.html", visitor=visitor())


@pages.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """End a session of the portal's own account; MAG's ends at `mag.sign_out`."""
    return close_own_session()
