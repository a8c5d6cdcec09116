"""Reading what MAG signed, as a verifier that knows only what is published."""

from datetime import datetime
from typing import Any

import jwt

from tests.world import Browser


def published(visitor: Browser) -> dict[str, dict[str, Any]]:
    """Return the keys at /jwks.json, by kid."""
    return {key["kid"]: key for key in visitor.get("/jwks.json").get_json()["keys"]}


def verified(
    token: str, keys: dict[str, dict[str, Any]], *, audience: str, at: datetime
) -> dict[str, Any]:
    """Return the claims of an ID token that these keys verify and that lives at an instant."""
    key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]])
    claims: dict[str, Any] = jwt.decode(
        token,
        key.key,
        algorithms=[key.algorithm_name],
        audience=audience,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["iat"] <= at.timestamp() < claims["exp"]
    return claims


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries an access token."""
    return {"Authorization": f"Bearer {token}"}
