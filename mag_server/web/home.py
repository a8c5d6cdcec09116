"""MAG's own address: what this place is, for whoever typed it or came back to it."""

from flask import Blueprint, Response, url_for

from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.web._page import page_language, render_page

blueprint = Blueprint("home", __name__)


# Without strict slashes: an empty path would be redirected, by a 308.
@blueprint.get("/", strict_slashes=False)
def home() -> Response:
    """Say that one signs in from a partner's site; offer one's own receipts, and to sign out."""
    return render_page(
        "pages/home.html",
        theme_name=DEFAULT_THEME,
        lang=page_language(),
        receipts_url=url_for("my_receipts.show"),
        sign_out_url=url_for("logout.logout"),
        codes_url=url_for("error_docs.index"),
    )
