"""The userinfo endpoint (OpenID Connect Core 1.0 section 5.3)."""

from flask import Blueprint, Response, jsonify

from mag_server.rooms.assertions.actions import tell_userinfo
from mag_server.web._client import bearer_tokens
from mag_server.web._refusals import json_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("userinfo", __name__)


@blueprint.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """Tell what the access token's scopes tell of its person."""
    tokens = bearer_tokens()
    if len(tokens) > 1:
        return json_refusal("MAG-148")
    claims = tell_userinfo(current_work(), access_token=tokens[0]) if tokens else None
    if claims is None:
        return json_refusal("MAG-145")
    response = jsonify(claims)
    response.headers["Cache-Control"] = "no-store"
    return response
