"""How an answer travels back to the partner: the response modes of OAuth 2.0.

`iss` stands in every answer (RFC 9207); a navigation after a form POST is a 303, never a 307.
"""

from urllib.parse import urlencode

from flask import Response, url_for

from mag_server.base.addresses import origin_of
from mag_server.base.errors import CATALOGUE
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.requests.model import RefusedToPartner, ResponseMode
from mag_server.rooms.signin.model import Entered, Granted
from mag_server.web._guard import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    allow_form_action,
    allow_frame,
    note_code,
    see_other,
    set_cookie,
    trace_id,
)
from mag_server.web._page import page_language, render_page
from mag_server.web._refusals import help_url
from mag_server.web._work import current_work


def answer_granted(granted: Granted) -> Response:
    """Send the code to the partner, and the cookies of a new session to the browser."""
    request = granted.request
    response = _send(
        {"code": granted.code},
        partner=granted.partner,
        redirect_uri=request.redirect_uri,
        mode=request.response_mode,
        state=request.state,
    )
    give_cookies(response, session=granted.session_cookie, device=granted.device_cookie)
    return response


def answer_entered(entered: Entered) -> Response:
    """Lead whoever signed in at MAG itself to their own page."""
    response = see_other(url_for("my_receipts.show"))
    give_cookies(response, session=entered.session_cookie, device=entered.device_cookie)
    return response


def give_cookies(response: Response, *, session: str | None, device: str | None) -> None:
    """Give the browser the cookies of a session that was just opened."""
    if session:
        set_cookie(response, SESSION_COOKIE, session, max_age_seconds=None)
    if device:
        lifetime = current_work().settings.device_lifetime_days * 24 * 3600
        set_cookie(response, DEVICE_COOKIE, device, max_age_seconds=lifetime)


def answer_refused(refused: RefusedToPartner, *, partner: Partner) -> Response:
    """Send an error to a partner whose redirect_uri is proved (RFC 6749 section 4.1.2.1)."""
    entry = CATALOGUE[refused.code]
    note_code(refused.code)
    return _send(
        {
            "error": entry.error,
            "error_description": f"{refused.code}: {entry.cause}",
            "error_uri": help_url(refused.code),
            "error_code": refused.code,
            "trace_id": trace_id(),
        },
        partner=partner,
        redirect_uri=refused.redirect_uri,
        mode=refused.response_mode,
        state=refused.state,
    )


def _send(
    members: dict[str, str],
    *,
    partner: Partner,
    redirect_uri: str,
    mode: ResponseMode,
    state: str | None,
) -> Response:
    fields = members | {"iss": current_work().settings.issuer}
    if state is not None:
        fields["state"] = state
    joint = "&" if "?" in redirect_uri else "?"
    if mode is ResponseMode.WEB_MESSAGE:
        allow_frame(origin_of(redirect_uri))
        return render_page(
            "frame/answer.html",
            theme_name=partner.theme,
            lang=page_language(),
            partner_name=partner.name,
            embedder=origin_of(redirect_uri),
            redirect_uri=redirect_uri,
            fields=fields,
            link=redirect_uri + joint + urlencode(fields),
        )
    if mode is ResponseMode.FORM_POST:
        allow_form_action(partner)
        return render_page(
            "pages/continue.html",
            theme_name=partner.theme,
            lang=page_language(),
            partner_name=partner.name,
            action=redirect_uri,
            fields=fields,
        )
    return see_other(redirect_uri + joint + urlencode(fields))
