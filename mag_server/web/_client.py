"""Which back end is asking (RFC 6749 section 2.3.1)."""

import base64
from urllib.parse import unquote_plus

from flask import request

from mag_server.rooms.partners.actions import authenticate_partner
from mag_server.rooms.partners.model import Partner
from mag_server.web._work import current_work


def authenticated_partner() -> Partner | None:
    """Return the partner that authenticated by exactly one method, or None."""
    basic = _basic_credentials()
    posted = request.form.get("client_id", ""), request.form.get("client_secret", "")
    if request.headers.get("Authorization") is None:
        client_id, client_secret = posted
    elif basic is None or posted[1] or posted[0] not in {"", basic[0]}:
        # Two methods at once are refused: one of them would go unchecked.
        return None
    else:
        client_id, client_secret = basic
    return authenticate_partner(current_work(), client_id=client_id, client_secret=client_secret)


def repeats_a_parameter() -> bool:
    """Tell whether a parameter came twice (RFC 6749 section 3.2)."""
    return any(len(values) > 1 for _name, values in request.form.lists())


def bearer_tokens() -> list[str]:
    """Return the access tokens of this request (RFC 6750 sections 2.1 and 2.2): one, if it is good.

    In the query none is ever read: addresses stand in logs.
    """
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    from_header = [credentials.strip()] if scheme.lower() == "bearer" else []
    from_form = request.form.getlist("access_token") if request.method == "POST" else []
    return [token for token in (*from_header, *from_form) if token]


def _basic_credentials() -> tuple[str, str] | None:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except ValueError:  # no base64, no ASCII, or no UTF-8
        return None
    client_id, colon, client_secret = text.partition(":")
    return (unquote_plus(client_id), unquote_plus(client_secret)) if colon else None
