"""The revocation endpoint (RFC 7009)."""

from flask import Blueprint, Response, request

from mag_server.rooms.assertions.actions import revoke_access_token
from mag_server.web._client import authenticated_partner, repeats_a_parameter
from mag_server.web._refusals import json_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("revoke", __name__)


@blueprint.post("/revoke")
def revoke() -> Response:
    """Revoke a token of the asking client; an unknown one is as good as revoked."""
    if repeats_a_parameter():
        return json_refusal("MAG-143")
    partner = authenticated_partner()
    if partner is None:
        return json_refusal("MAG-140")
    token = request.form.get("token")
    if not token:
        return json_refusal("MAG-146")
    if not revoke_access_token(current_work(), partner=partner, token=token):
        return json_refusal("MAG-147")
    return Response(status=200, headers={"Cache-Control": "no-store"})
