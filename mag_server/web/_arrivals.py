"""Where a person who was authenticated at a link goes on to, or why they stay."""

from urllib.parse import urlencode

from flask import Response, url_for

from mag_server.base.errors import CATALOGUE, N_
from mag_server.rooms.arrivals.model import Arrived, ClosedLink
from mag_server.rooms.themes.model import DEFAULT_THEME
from mag_server.web._answers import give_cookies
from mag_server.web._guard import note_code, see_other, trace_id
from mag_server.web._page import page_language, render_page
from mag_server.web._refusals import help_url
from mag_server.web._work import current_work

_TITLES = {
    "MAG-301": N_("Lien inconnu"),
    "MAG-302": N_("Lien expiré"),
    "MAG-303": N_("Lien retiré"),
    "MAG-304": N_("Ce courriel ne vous est pas destiné"),
}
_TITLE = N_("Lien inutilisable")


def answer_arrived(arrived: Arrived) -> Response:
    """Send a person on by third-party initiated login (OpenID Connect Core 1.0 section 4)."""
    uri = arrived.partner.initiate_login_uri
    if arrived.handle is None or uri is None:
        response = show_closed(arrived.closed or ClosedLink("MAG-301", arrived.partner))
    else:
        fields = {
            "iss": current_work().settings.issuer,
            "target_link_uri": arrived.target,
            "login_hint": arrived.handle,
        }
        response = see_other(uri + ("&" if "?" in uri else "?") + urlencode(fields))
    give_cookies(response, session=arrived.session_cookie, device=arrived.device_cookie)
    return response


def show_closed(closed: ClosedLink) -> Response:
    """Say why a link leads nowhere: one sentence of cause, one of remedy, one button."""
    code, partner = closed.code, closed.partner
    entry = CATALOGUE[code]
    note_code(code)
    return render_page(
        "pages/closed_link.html",
        theme_name=partner.theme if partner else DEFAULT_THEME,
        lang=page_language(),
        status=entry.status,
        title=_TITLES.get(code, _TITLE),
        sentence=entry.message,
        code=code,
        partner_name=partner.name if partner else None,
        home_url=closed.home,
        token=closed.form.token if closed.form else None,
        change_url=url_for("emailed_link.change"),
        trace_id=trace_id(),
        help_url=help_url(code),
    )
