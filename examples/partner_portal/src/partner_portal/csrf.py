"""The portal's own forms carry a token of its session; no other page can know it."""

import hmac
import secrets

from flask import Flask, abort, request, session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD = "csrf"

# MAG's answer may come by POST (form_post, or the widget's hand-over): its `state` is its token.
# A sign-in that MAG asks for, at an emailed link, changes nothing here.
EXEMPT_ENDPOINTS = frozenset({"mag.callback", "mag.initiate"})


def csrf_token() -> str:
    """Give this session's token, made at the first form it is shown."""
    if FIELD not in session:
        session[FIELD] = secrets.token_urlsafe(32)
    return str(session[FIELD])


def guard_own_forms(app: Flask) -> None:
    """Refuse every form without its token, sign-out included."""

    @app.before_request
    def refuse_a_form_from_elsewhere() -> None:
        if request.method in SAFE_METHODS or request.endpoint in EXEMPT_ENDPOINTS:
            return
        expected = str(session.get(FIELD, ""))
        given = request.form.get(FIELD, "")
        if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
            abort(400)

    app.jinja_env.globals["csrf_token"] = csrf_token
