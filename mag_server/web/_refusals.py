"""How an error is told: a page for a person, JSON for an application."""

from typing import Any

from flask import Flask, Response, jsonify, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mag_server.base.errors import CATALOGUE, N_
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.web._guard import framed_by, note_code, trace_id
from mag_server.web._page import page_language, render_page
from mag_server.web._work import current_work

_TITLES = {
    "MAG-130": N_("Page introuvable"),
    "MAG-500": N_("Erreur inattendue"),
    "MAG-501": N_("Service très demandé"),
    "MAG-502": N_("Service indisponible"),
}
_TITLE = N_("Demande impossible")
_BY_STATUS = {404: "MAG-130", 405: "MAG-131", 413: "MAG-132"}
_NOT_UNDERSTOOD = "MAG-133"
# Addresses that applications call: their errors are JSON (RFC 6749 section 5.2).
_APPLICATIONS = (
    *("/token", "/revoke", "/userinfo", "/jwks.json", "/.well-known/", "/api/"),
    "/receipts/",
)


def help_url(code: str) -> str:
    """Return the address where a code is explained."""
    return current_work().settings.issuer + url_for("error_docs.show", code=code)


def shown_refusal(code: str, *, partner: Partner | None = None) -> Response:
    """Answer a person with a page that says what to do; never a redirect."""
    entry = CATALOGUE[code]
    note_code(code)
    return render_page(
        "pages/error.html",
        theme_name=partner.theme if partner else DEFAULT_THEME,
        lang=page_language(),
        status=entry.status,
        title=_TITLES.get(code, _TITLE),
        sentence=entry.message,
        code=code,
        trace_id=trace_id(),
        help_url=help_url(code),
        framed=framed_by(),
    )


def json_refusal(code: str) -> Response:
    """Answer an application (RFC 6749 section 5.2, with the stable code and the trace)."""
    entry = CATALOGUE[code]
    note_code(code)
    response = jsonify(refusal_members(code))
    response.status_code = entry.status
    response.headers["Cache-Control"] = "no-store"
    if entry.status == 401:  # noqa: PLR2004 - RFC 9110's own number
        scheme = "Bearer" if entry.error == "invalid_token" else "Basic"
        tried = "Authorization" in request.headers or bool(request.form)
        error = f', error="{entry.error}"' if tried else ""
        # Nobody who said nothing is told what is wrong with it (RFC 6750 section 3.1).
        response.headers["WWW-Authenticate"] = f'{scheme} realm="MAG"{error}'
    return response


def refusal_members(code: str) -> dict[str, Any]:
    """Return the members of a JSON error: the standard ones and ours."""
    entry = CATALOGUE[code]
    return {
        "error": entry.error,
        "error_description": f"{code}: {entry.cause}".replace('"', "'").replace("\\", "/"),
        "code": code,
        "message": entry.message,
        "detail": f"{entry.cause} {entry.remedy}",
        "trace_id": trace_id(),
        "help": help_url(code),
    }


def _refusal(code: str) -> Response:
    return json_refusal(code) if request.path.startswith(_APPLICATIONS) else shown_refusal(code)


def hang_refusals(app: Flask) -> None:
    """Make every failure of the application end in a sentence, never in a trace."""

    def refuse(error: HTTPException) -> Response:
        status = error.code or 500
        unnamed = "MAG-500" if status >= 500 else _NOT_UNDERSTOOD  # noqa: PLR2004 - RFC 9110's own
        response = _refusal(_BY_STATUS.get(status, unnamed))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            # RFC 9110 section 15.5.6: a 405 says what is allowed.
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    def unexpected(error: Exception) -> Response:
        reason = current_work().database.why_away(error)
        if reason is None:
            app.logger.error("MAG-500 trace_id=%s", trace_id(), exc_info=error)
            return _refusal("MAG-500")
        app.logger.error("MAG-502 trace_id=%s: %s", trace_id(), reason)
        return _refusal("MAG-502")

    app.register_error_handler(HTTPException, refuse)
    app.register_error_handler(Exception, unexpected)
