"""The token endpoint (RFC 6749 sections 4.1.3 and 4.4; RFC 7636 section 4.5)."""

from flask import Blueprint, Response, jsonify, request

from mag_server.rooms.assertions.actions import issue_back_end_token, redeem_code
from mag_server.rooms.assertions.model import BACK_END_SCOPES, CodeRefusal, Tokens
from mag_server.rooms.partners.model import Partner
from mag_server.web._client import authenticated_partner, repeats_a_parameter
from mag_server.web._refusals import json_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("token", __name__)


@blueprint.post("/token")
def token() -> Response:
    """Give the tokens of a code, or a back end's own token."""
    if repeats_a_parameter():
        return json_refusal("MAG-143")
    partner = authenticated_partner()
    if partner is None:
        return json_refusal("MAG-140")
    grant_type = request.form.get("grant_type", "")
    if grant_type == "authorization_code":
        return _redeem(partner)
    if grant_type == "client_credentials":
        return _back_end(partner)
    return json_refusal("MAG-141")


def _redeem(partner: Partner) -> Response:
    given = [request.form.get(name, "") for name in ("code", "redirect_uri", "code_verifier")]
    if not all(given):
        return json_refusal("MAG-143")
    code, redirect_uri, code_verifier = given
    answer = redeem_code(
        current_work(),
        partner=partner,
        code=code,
        redirect_uri=redirect_uri,
        code_verifier=code_verifier,
    )
    return json_refusal("MAG-142") if isinstance(answer, CodeRefusal) else _tokens(answer)


def _back_end(partner: Partner) -> Response:
    asked = request.form.get("scope", "").split() or list(BACK_END_SCOPES)
    if not set(asked) <= set(BACK_END_SCOPES):
        return json_refusal("MAG-144")
    scope = " ".join(one for one in BACK_END_SCOPES if one in asked)
    return _tokens(issue_back_end_token(current_work(), partner=partner, scope=scope))


def _tokens(tokens: Tokens) -> Response:
    members = {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in_seconds,
        "scope": tokens.scope,
    }
    if tokens.id_token is not None:
        members["id_token"] = tokens.id_token
    response = jsonify(members)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"  # RFC 6749 section 5.1 asks for both
    return response
