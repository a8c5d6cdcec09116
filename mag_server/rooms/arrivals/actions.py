from mag_server.base.addresses import origin_of
from mag_server.base.db import Connection
from mag_server.base.work import Work
from mag_server.rooms.arrivals.model import NOT_FOR_YOU, Arrived, ClosedLink, Welcome
from mag_server.rooms.drafts.model import Prefill
from mag_server.rooms.forms.actions import new_form, open_link_form
from mag_server.rooms.forms.model import FormToShow, LinkRequest
from mag_server.rooms.links.actions import link_by_id, link_by_token
from mag_server.rooms.links.model import Link
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.actions import find_person, hold_person
from mag_server.rooms.people.model import Person, PersonState
from mag_server.rooms.sessions.actions import end_session, find_live_session, touch_session
from mag_server.rooms.sessions.model import Session
from mag_server.rooms.visits.actions import (
    find_recorded_at,
    is_accepted,
    new_visit,
    note_interaction,
    open_link,
    record_authentication,
    reopen_link,
    report_link,
    still_leads,
)
from mag_server.rooms.visits.model import Fetch, LinkRefusal, OpenedLink

WRONG_FORM = "MAG-120"


def open_page(
    work: Work,
    *,
    token: str,
    fetch: Fetch,
    session_cookie: str | None,
    ui_locales: str | None = None,
) -> FormToShow | Welcome | ClosedLink:
    """Answer whoever follows a link: the form at once (A-14), as often as one likes.

    It has no legal effect: the fetch leaves a trace and nothing else.
    """
    opened = open_link(work, token=token, fetch=fetch)
    if isinstance(opened, LinkRefusal):
        return _closed(work, refusal=opened, link=link_by_token(work, token=token))
    return _page(work, opened=opened, session_cookie=session_cookie, ui_locales=ui_locales)


def _page(
    work: Work, *, opened: OpenedLink, session_cookie: str | None, ui_locales: str | None
) -> FormToShow | Welcome:
    link = opened.link
    request = LinkRequest(
        link_id=link.link_id,
        client_id=link.client_id,
        message=link.message,
        sent_at=int(link.created_at.timestamp()),
        login_hint=link.siret if link.prefill is Prefill.SIRET else None,
        ui_locales=ui_locales,
    )
    form = new_form(work, partner=opened.partner, request=request)
    signed_in = _signed_in(work, session_cookie)
    if signed_in is None:
        return form
    session, person = signed_in
    recorded_at = find_recorded_at(work, link_id=link.link_id, session_sid=session.sid)
    return Welcome(form, person, is_accepted(work, link=link, person=person), recorded_at)


def _signed_in(work: Work, session_cookie: str | None) -> tuple[Session, Person] | None:
    session = find_live_session(work, cookie=session_cookie)
    person = find_person(work, sub=session.sub) if session else None
    if session is None or person is None or person.state is not PersonState.ACTIF:
        return None
    return session, person


def go_on(
    work: Work, *, form_token: str, session_cookie: str | None
) -> Arrived | FormToShow | ClosedLink:
    """Take the explicit yes of who is signed in: the receipts, then the way to the partner.

    Said again, it makes a new handle and no new receipt. A session that is over gets the form.
    """
    request = open_link_form(work, token=form_token)
    if request is None:
        return ClosedLink(WRONG_FORM)
    opened = reopen_link(work, link_id=request.link_id)
    if isinstance(opened, LinkRefusal):
        return _closed_again(work, refusal=opened, request=request)
    signed_in = _signed_in(work, session_cookie)
    if signed_in is not None:
        session = signed_in[0]
        with work.writing_durably() as connection:
            if touch_session(work, connection=connection, sid=session.sid):
                return arrive(
                    work,
                    connection=connection,
                    partner=opened.partner,
                    request=request,
                    session=session,
                )
    return new_form(work.again(), partner=opened.partner, request=request)


def arrive(
    work: Work,
    *,
    connection: Connection,
    partner: Partner,
    request: LinkRequest,
    session: Session,
) -> Arrived:
    """Record an authentication at a link, in the durable block of its success (A-17, A-18).

    Who was struck off while the password was checked is not recorded: a receipt is for ever. Who
    is erased meanwhile waits for this block, so that the erasure finds what is written here.
    """
    opened = reopen_link(work, link_id=request.link_id)
    if isinstance(opened, LinkRefusal):
        closed = _closed_again(work, refusal=opened, request=request)
        return Arrived(partner, request, "", closed=closed)
    person = hold_person(connection=connection, sub=session.sub)
    if person is None or person.state is not PersonState.ACTIF:
        return _not_for_you(work, partner=partner, request=request)
    link = opened.link
    recorded = record_authentication(
        work, connection=connection, link=link, person=person, session=session
    )
    if isinstance(recorded, LinkRefusal):
        closed = _closed(work, refusal=recorded, link=link)
        return Arrived(partner, request, "", closed=closed)
    if not recorded.accepted:
        return _not_for_you(work, partner=partner, request=request)
    handle = new_visit(work, connection=connection, link=link, session_sid=session.sid)
    return Arrived(partner, request, link.target, handle)


def _not_for_you(work: Work, *, partner: Partner, request: LinkRequest) -> Arrived:
    form = new_form(work, partner=partner, request=request)
    return Arrived(partner, request, "", closed=ClosedLink(NOT_FOR_YOU, partner, form=form))


def _closed_again(work: Work, *, refusal: LinkRefusal, request: LinkRequest) -> ClosedLink:
    return _closed(work, refusal=refusal, link=link_by_id(work, link_id=request.link_id))


def _closed(work: Work, *, refusal: LinkRefusal, link: Link | None) -> ClosedLink:
    """Tell why a link is closed, as its page was: in the theme of the sender, and nobody's name."""
    partner = find_partner(work, client_id=link.client_id) if link else None
    if link is None or partner is None:
        return ClosedLink(refusal.value)
    # A page that its partner took back is no place to send anybody to.
    home = origin_of(link.target) + "/" if still_leads(link, partner) else None
    return ClosedLink(refusal.value, partner, home=home)


def change_person(
    work: Work, *, form_token: str, session_cookie: str | None
) -> FormToShow | ClosedLink:
    """End the session that is open in this browser, and show the form to somebody else."""
    request = open_link_form(work, token=form_token)
    if request is None:
        return ClosedLink(WRONG_FORM)
    opened = reopen_link(work, link_id=request.link_id)
    if isinstance(opened, LinkRefusal):
        return _closed_again(work, refusal=opened, request=request)
    session = find_live_session(work, cookie=session_cookie)
    if session is not None:
        with work.writing_durably() as connection:
            end_session(work, connection=connection, sid=session.sid, by="person")
    return new_form(work.again(), partner=opened.partner, request=request)


def note_act(work: Work, *, form_token: str) -> bool:
    """Note that a client which ran our page reported an input event (AR-1 `interaction`)."""
    request = open_link_form(work, token=form_token)
    return request is not None and note_interaction(work, link_id=request.link_id)


def report(work: Work, *, form_token: str, address: str) -> Partner | ClosedLink:
    """Record « Ce n'est pas moi »: told to the partner, and never an authentication."""
    request = open_link_form(work, token=form_token)
    if request is None:
        return ClosedLink(WRONG_FORM)
    opened = reopen_link(work, link_id=request.link_id)
    reported = report_link(work, link_id=request.link_id, address=address)
    if isinstance(reported, LinkRefusal):
        return ClosedLink(reported.value)
    if isinstance(opened, LinkRefusal):
        return _closed_again(work, refusal=opened, request=request)
    return opened.partner
