"""What a client reads before anything else (OpenID Connect Discovery 1.0; RFC 8414; RFC 7517)."""

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from mag_server.rooms.assertions.model import PERSON_SCOPES
from mag_server.rooms.keys.actions import publish_keys
from mag_server.rooms.keys.model import ALGORITHMS
from mag_server.rooms.requests.model import PROMPTS, ResponseMode
from mag_server.rooms.signin.model import acr_password
from mag_server.web._page import find_asset
from mag_server.web._work import current_work

blueprint = Blueprint("discovery", __name__)
_CLIENT_METHODS = ["client_secret_basic", "client_secret_post"]
_CLAIMS = (
    "iss sub aud exp iat nonce auth_time acr amr sid at_hash "
    "family_name given_name siret siren roles email email_verified"
)


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server")
def configuration() -> Response:
    """Say where everything is and what is spoken."""
    settings = current_work().settings
    metadata = jsonify(_metadata(settings.issuer))
    return _public(metadata, max_age_seconds=settings.discovery_max_age_seconds)


@blueprint.get("/jwks.json")
def jwks() -> Response:
    """Publish the keys that verify assertions: next, active, and lately retired."""
    work = current_work()
    keys = jsonify(publish_keys(work))
    return _public(keys, max_age_seconds=work.settings.jwks_max_age_seconds)


def _metadata(issuer: str) -> dict[str, Any]:
    def at(endpoint: str) -> str:
        return issuer + url_for(endpoint)

    return {
        "issuer": issuer,
        "authorization_endpoint": at("authorize.authorize"),
        "token_endpoint": at("token.token"),
        "userinfo_endpoint": at("userinfo.userinfo"),
        "revocation_endpoint": at("revoke.revoke"),
        "end_session_endpoint": at("logout.logout"),
        "jwks_uri": at("discovery.jwks"),
        "mag_receipt_keys_uri": at("receipts.keys"),
        "service_documentation": at("error_docs.index"),
        "mag_widget_uri": issuer + url_for("widget.pinned", file=find_asset("mag.js").file),
        "mag_widget_integrity": find_asset("mag.js").integrity,
        "scopes_supported": list(PERSON_SCOPES),
        "claims_supported": _CLAIMS.split(),
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": _CLIENT_METHODS,
        "revocation_endpoint_auth_methods_supported": _CLIENT_METHODS,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [acr_password(issuer)],
        "prompt_values_supported": sorted(PROMPTS),
        "ui_locales_supported": ["fr", "en"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _public(response: Response, *, max_age_seconds: int) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={max_age_seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
