"""Every error explained: the French sentence, the English cause and remedy."""

from flask import Blueprint, Response, abort, url_for

from mag_server.base.errors import CATALOGUE
from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.web._page import page_language, render_page

blueprint = Blueprint("error_docs", __name__, url_prefix="/docs/errors")


# Without strict slashes: Werkzeug's redirect is built from the Host header, which anyone writes.
@blueprint.get("/", strict_slashes=False)
def index() -> Response:
    """List every code."""
    errors = [
        {
            "code": entry.code,
            "sentence": entry.message,
            "url": url_for("error_docs.show", code=entry.code),
        }
        for entry in CATALOGUE.values()
    ]
    return render_page(
        "pages/error_docs.html", theme_name=DEFAULT_THEME, lang=page_language(), errors=errors
    )


@blueprint.get("/<code>")
def show(code: str) -> Response:
    """Explain one code."""
    entry = CATALOGUE.get(code.upper())
    if entry is None:
        abort(404)
    return render_page(
        "pages/error_doc.html",
        theme_name=DEFAULT_THEME,
        lang=page_language(),
        code=entry.code,
        sentence=entry.message,
        cause=entry.cause,
        remedy=entry.remedy,
        index_url=url_for("error_docs.index"),
    )
