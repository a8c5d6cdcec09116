"""The widget's loader: at one address that follows the releases, and at one that never changes."""

from flask import Blueprint, Response, abort, send_from_directory

from mag_server.base import places
from mag_server.base.assets import Asset
from mag_server.web._page import find_asset

blueprint = Blueprint("widget", __name__, url_prefix="/widget/v1")
_SHORT_SECONDS = 600
_FOR_EVER_SECONDS = 365 * 24 * 3600


@blueprint.get("/mag.js")
def latest() -> Response:
    """Serve the loader of this release; a page sees the next one within ten minutes."""
    return _loader(find_asset("mag.js"), cache=f"public, max-age={_SHORT_SECONDS}")


@blueprint.get("/<file>")
def pinned(file: str) -> Response:
    """Serve the loader whose name says its content, for a page that pins its integrity."""
    asset = find_asset("mag.js")
    if file != asset.file:
        abort(404)
    return _loader(asset, cache=f"public, max-age={_FOR_EVER_SECONDS}, immutable")


def _loader(asset: Asset, *, cache: str) -> Response:
    response = send_from_directory(places.STATIC, asset.file, mimetype="text/javascript")
    response.headers["Cache-Control"] = cache
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Integrity"] = asset.integrity
    return response
