"""Which partner's back end is asking, and whether it may (RFC 6750; RFC 6749 section 4.4)."""

from flask import Response

from mag_server.rooms.assertions.actions import find_back_end
from mag_server.rooms.partners.model import Partner
from mag_server.web._client import bearer_tokens
from mag_server.web._refusals import json_refusal
from mag_server.web._work import current_work


def back_end_asking(*, scope: str) -> Partner | Response:
    """Return the partner whose back end asks and was given this scope, or the refusal to answer.

    A person's access token is refused like an unknown one: it was never meant for the API.
    """
    tokens = bearer_tokens()
    if len(tokens) > 1:
        return json_refusal("MAG-148")
    back_end = find_back_end(current_work(), access_token=tokens[0]) if tokens else None
    if back_end is None:
        return json_refusal("MAG-401")
    if scope not in back_end.scopes:
        refusal = json_refusal("MAG-403")
        refusal.headers["WWW-Authenticate"] = (
            f'Bearer realm="MAG", error="insufficient_scope", scope="{scope}"'
        )
        return refusal
    return back_end.partner
