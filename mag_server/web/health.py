"""Whether the server lives, and whether it can serve."""

from flask import Blueprint, Response, jsonify

from mag_server.base.db import why_not_ready
from mag_server.web._work import current_work

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """Say that the process answers; the database is not asked."""
    return _answer({"status": "live"}, 200)


@blueprint.get("/ready")
def ready() -> Response:
    """Say whether the database answers and has this version's tables."""
    reason = why_not_ready(current_work().database)
    if reason is not None:
        return _answer({"status": "not ready", "reason": reason}, 503)
    return _answer({"status": "ready"}, 200)


def _answer(members: dict[str, str], status: int) -> Response:
    response = jsonify(members)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
