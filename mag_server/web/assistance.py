"""Lost password and sign-up: for now, whom to turn to, in the theme one came from (A-39, A-35)."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.web._page import page_language, render_page
from mag_server.web._work import current_work

blueprint = Blueprint("assistance", __name__)


@blueprint.get("/forgotten-password")
def forgotten_password() -> Response:
    """Say who helps to choose a new password."""
    return _page("forgotten-password")


@blueprint.get("/sign-up")
def sign_up() -> Response:
    """Say who opens an account."""
    return _page("sign-up")


def _page(topic: str) -> Response:
    partner = find_partner(current_work(), client_id=request.args.get("client_id", ""))
    # The way back is our own /authorize, which checks every parameter again.
    back_url = url_for("authorize.authorize") + "?" + urlencode(list(request.args.items()))
    return render_page(
        "pages/soon.html",
        theme_name=partner.theme if partner else DEFAULT_THEME,
        lang=page_language(),
        topic=topic,
        # At an emailed link there is none: the browser's own way back leads there.
        back_url=back_url if partner and "redirect_uri" in request.args else None,
    )
