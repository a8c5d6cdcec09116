"""A theme's stylesheet and logo, at addresses that change when their content does."""

from flask import Blueprint, Response, abort

from mag_server.rooms.themes import actions
from mag_server.rooms.themes.model import Theme
from mag_server.web._page import own_themes

blueprint = Blueprint("themes", __name__, url_prefix="/themes")

_FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/<name>/<digest>/theme.css")
def stylesheet(name: str, digest: str) -> Response:
    """Serve a theme's tokens; `style-src 'self'` leaves no room for them in the page."""
    text, current = actions.theme_stylesheet(_theme(name))
    return _answer(text, "text/css", fresh=digest == current)


@blueprint.get("/<name>/<digest>/logo.svg")
def logo(name: str, digest: str) -> Response:
    """Serve a theme's logo as a file, for the tab of the browser."""
    text, current = actions.theme_logo_file(_theme(name))
    response = _answer(text, "image/svg+xml", fresh=digest == current)
    # Someone may open the file itself: it draws, and does nothing else.
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


def _theme(name: str) -> Theme:
    theme = actions.find_theme(name, own=own_themes())
    if not isinstance(theme, Theme):
        abort(404)
    return theme


def _answer(text: str, mimetype: str, *, fresh: bool) -> Response:
    response = Response(text, mimetype=mimetype)
    # A page made just before a theme changed asks for the old digest: it gets today's, once.
    response.headers["Cache-Control"] = _FOR_EVER if fresh else "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
