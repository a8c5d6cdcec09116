"""The emailed link: its page, going on as who is signed in, reporting it (A-13 to A-18)."""

from flask import Blueprint, Response, request, url_for

from mag_server.base.dates import spoken_date, spoken_time
from mag_server.rooms.arrivals.actions import change_person, go_on, note_act, open_page, report
from mag_server.rooms.arrivals.model import Arrived, ClosedLink, Welcome
from mag_server.rooms.forms.model import FormToShow, LinkRequest
from mag_server.rooms.visits.model import Fetch, agent_of
from mag_server.web._arrivals import answer_arrived, show_closed
from mag_server.web._form import notice_of, show_form
from mag_server.web._guard import (
    SESSION_COOKIE,
    allow_form_action,
    came_from_here,
    client_address,
    drop_cookie,
    opened_as,
)
from mag_server.web._page import page_language, render_page
from mag_server.web._refusals import shown_refusal
from mag_server.web._work import current_work

blueprint = Blueprint("emailed_link", __name__)


@blueprint.get("/l/<token>")
def show(token: str) -> Response:
    """Show the form at once, or whom one would go on as; a fetch proves nothing."""
    if not opened_as("document"):
        return shown_refusal("MAG-119")
    answer = open_page(
        current_work(),
        token=token,
        fetch=_fetch(),
        session_cookie=request.cookies.get(SESSION_COOKIE),
        ui_locales=request.args.get("ui_locales"),
    )
    if isinstance(answer, Welcome):
        return _welcome(answer)
    return _form_or_closed(answer)


def _fetch() -> Fetch:
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    agent = agent_of(request.headers.get("User-Agent", ""), purpose=purpose)
    return Fetch(request.method, client_address(), agent)


def _form_or_closed(answer: FormToShow | ClosedLink) -> Response:
    if isinstance(answer, FormToShow):
        return show_form(answer)
    return show_closed(answer)


def _welcome(answer: Welcome) -> Response:
    form = answer.form
    allow_form_action(form.partner)
    asked = form.request
    lang = page_language(asked.ui_locales)
    return render_page(
        "pages/welcome.html",
        theme_name=form.partner.theme,
        lang=lang,
        partner_name=form.partner.name,
        person=answer.person,
        accepted=answer.accepted,
        recorded=(spoken_date(answer.recorded_at, lang), spoken_time(answer.recorded_at, lang))
        if answer.recorded_at
        else None,
        token=form.token,
        notice=notice_of(asked, lang) if isinstance(asked, LinkRequest) else None,
        go_on_url=url_for("emailed_link.go_on_posted"),
        change_url=url_for("emailed_link.change"),
        receipts_url=url_for("my_receipts.show"),
    )


@blueprint.post("/link/go-on")
def go_on_posted() -> Response:
    """Take the explicit yes of who is signed in."""
    if not came_from_here():
        return shown_refusal("MAG-118")
    answer = go_on(
        current_work(),
        form_token=request.form.get("form", ""),
        session_cookie=request.cookies.get(SESSION_COOKIE),
    )
    return answer_arrived(answer) if isinstance(answer, Arrived) else _form_or_closed(answer)


@blueprint.post("/link/change")
def change() -> Response:
    """End this browser's session, and show the form to somebody else."""
    if not came_from_here():
        return shown_refusal("MAG-118")
    answer = change_person(
        current_work(),
        form_token=request.form.get("form", ""),
        session_cookie=request.cookies.get(SESSION_COOKIE),
    )
    response = _form_or_closed(answer)
    if isinstance(answer, FormToShow):
        drop_cookie(response, SESSION_COOKIE)
    return response


@blueprint.post("/link/interaction")
def interaction() -> Response:
    """Take our own page's word that somebody, or something, acted on it (AR-1 `interaction`)."""
    if came_from_here():
        note_act(current_work(), form_token=request.form.get("form", ""))
    # One answer whatever it was: nothing can be learnt from it.
    return Response(status=204, headers={"Cache-Control": "no-store"})


@blueprint.post("/link/report")
def report_posted() -> Response:
    """Record « Ce n'est pas moi »."""
    if not came_from_here():
        return shown_refusal("MAG-118")
    form = request.form.get("form", "")
    answer = report(current_work(), form_token=form, address=client_address())
    if isinstance(answer, ClosedLink):
        return show_closed(answer)
    return render_page(
        "pages/reported.html",
        theme_name=answer.theme,
        lang=page_language(),
        partner_name=answer.name,
    )
