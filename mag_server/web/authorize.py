"""The authorization endpoint (OpenID Connect Core 1.0 section 3.1.2)."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from mag_server.rooms.forms.model import FormToShow
from mag_server.rooms.requests.model import RefusedHere, ResponseMode
from mag_server.rooms.signin.actions import begin_sign_in
from mag_server.rooms.signin.model import Granted
from mag_server.web._answers import answer_granted, answer_refused
from mag_server.web._form import show_form
from mag_server.web._guard import SESSION_COOKIE, opened_as, see_other
from mag_server.web._refusals import shown_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("authorize", __name__)


@blueprint.get("/authorize")
def authorize() -> Response:
    """Show the form, or answer at once from a live session."""
    in_frame = request.args.get("response_mode") == ResponseMode.WEB_MESSAGE.value
    if not opened_as("iframe" if in_frame else "document"):
        return shown_refusal("MAG-119")
    answer = begin_sign_in(
        current_work(),
        parameters=request.args.to_dict(flat=False),
        session_cookie=request.cookies.get(SESSION_COOKIE),
    )
    if isinstance(answer, FormToShow):
        return show_form(answer)
    if isinstance(answer, Granted):
        return answer_granted(answer)
    if isinstance(answer, RefusedHere):
        return shown_refusal(answer.code, partner=answer.partner)
    return answer_refused(answer, partner=answer.partner)


@blueprint.post("/authorize")
def authorize_posted() -> Response:
    """Turn a partner's POST into the same GET (Core section 3.1.2.1).

    The partner's page is another site: its POST comes without our Lax cookies, the GET with them.
    """
    pairs = [(name, value) for name, values in request.form.lists() for value in values]
    return see_other(url_for("authorize.authorize") + "?" + urlencode(pairs))
