from datetime import datetime, timedelta

from mag_server.base.db import Connection
from mag_server.base.secrets import fingerprint, new_identifier
from mag_server.base.work import Work
from mag_server.rooms.drafts.model import check_target
from mag_server.rooms.links.actions import (
    find_link,
    link_by_id,
    link_by_token,
    links_addressed_to,
    spend_interaction,
)
from mag_server.rooms.links.model import AddresseeMatch, Link, LinkState, accepts, match_addressee
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.actions import find_by_triplet, find_person, keys_of_person
from mag_server.rooms.people.model import Person, PersonName, PersonState, Triplet
from mag_server.rooms.receipts.actions import (
    append_receipt,
    append_receipts,
    forget_old_words,
    receipt_of_person,
    receipts_of_person,
    spent_words,
)
from mag_server.rooms.receipts.model import Fact, Receipt, Stage
from mag_server.rooms.sessions.actions import find_live_session
from mag_server.rooms.sessions.model import Session, network_of
from mag_server.rooms.visits import store
from mag_server.rooms.visits.model import (
    NOT_ACCEPTED,
    VISIT_HANDLE,
    ConsultationRefusal,
    Fetch,
    LinkRefusal,
    OpenedLink,
    OwnReceipt,
    OwnReceipts,
    Recorded,
    Trace,
)

_REFUSALS = {LinkState.EXPIRED: LinkRefusal.EXPIRED, LinkState.REVOKED: LinkRefusal.REVOKED}


def open_link(work: Work, *, token: str, fetch: Fetch | None = None) -> OpenedLink | LinkRefusal:
    """Return the link of a token, if it opens; as often as one likes.

    A fetch leaves a trace, which has no legal effect; one that cannot be noted is no reason to
    refuse anybody.
    """
    link = link_by_token(work, token=token)
    if link is None:
        return LinkRefusal.UNKNOWN
    if fetch is not None:
        _note_fetch(work, link=link, fetch=fetch)
    partner = find_partner(work, client_id=link.client_id)
    if partner is None:
        return LinkRefusal.UNKNOWN
    return _refusal_of(work, link=link, partner=partner) or OpenedLink(link, partner)


def _refusal_of(work: Work, *, link: Link, partner: Partner) -> LinkRefusal | None:
    if refusal := _REFUSALS.get(link.state(work.now)):
        return refusal
    # The partner took its page, or its way in, back: its links are as good as revoked.
    return None if still_leads(link, partner) else LinkRefusal.REVOKED


def still_leads(link: Link, partner: Partner) -> bool:
    """Tell whether a link's page is still, exactly, one that its partner registered."""
    return partner.initiate_login_uri is not None and not check_target(link.target, partner=partner)


def reopen_link(work: Work, *, link_id: str) -> OpenedLink | LinkRefusal:
    """Return a link by its public name, if it still opens: for a form that carries it."""
    link = link_by_id(work, link_id=link_id)
    partner = find_partner(work, client_id=link.client_id) if link else None
    if link is None or partner is None:
        return LinkRefusal.UNKNOWN
    return _refusal_of(work, link=link, partner=partner) or OpenedLink(link, partner)


def is_accepted(work: Work, *, link: Link, person: Person) -> bool:
    """Tell whether a link lets a person through: nothing is written, and nothing is told."""
    return accepts(link, _match(work, link=link, person=person))


def _note_fetch(work: Work, *, link: Link, fetch: Fetch) -> None:
    # Keyed with the day: what is left after the address is cut ties no two days together.
    mark = work.secret_keys.keyed_fingerprint(
        link.link_id, f"{work.now:%Y-%m-%d}", fetch.address, purpose="link-trace"
    )
    try:
        work.once(
            store.trace_statement(work.database),
            store.trace_parameters(fetch, link_id=link.link_id, mark=mark, now=work.now),
        )
    except Exception as error:
        if not work.database.is_away(error):
            raise


def list_traces(work: Work, *, link_id: str) -> list[Trace]:
    """Return the traces of a link, oldest first; they prove nothing."""
    with work.read() as connection:
        return store.load_traces(connection, link_id=link_id)


def note_interaction(work: Work, *, link_id: str) -> bool:
    """Note AR-1 `interaction`, at most once a link: automation can cause it, and it proves nobody.

    Returns:
        Whether it was the first one of a link that opens.
    """
    link = link_by_id(work, link_id=link_id)
    # Looked at before the write: whoever repeats it costs a read.
    if link is None or link.interaction_at or link.state(work.now) is not LinkState.ACTIVE:
        return False
    with work.writing_durably() as connection:
        if not spend_interaction(work, connection=connection, link_id=link_id):
            return False
        fact = _fact(link, Stage.OPENED, observed="interaction", once="opened:interaction")
        return append_receipt(work, connection=connection, fact=fact) is not None


def record_authentication(
    work: Work, *, connection: Connection, link: Link, person: Person, session: Session
) -> Recorded | LinkRefusal:
    """Write the receipts of a sign-in at a link, in the block of its success (A-17, A-18).

    AR-1 `authenticated` once a link, AR-2 once a (link, subject, session). Whom the link does not
    accept leaves a REFUSED receipt without a subject: the partner is told that, not who.
    """
    current = link_by_id(work, link_id=link.link_id)
    if current is None:
        return LinkRefusal.UNKNOWN
    if refusal := _REFUSALS.get(current.state(work.now)):
        return refusal
    match = _match(work, link=current, person=person)
    if not accepts(current, match):
        _record_refusal(work, connection=connection, link=current, person=person)
        return Recorded(match, accepted=False, recorded_at=work.now, first=True)
    first = store.add_authentication(
        connection,
        work.database,
        link_id=current.link_id,
        sid=session.sid,
        sub=person.sub,
        addressee_match=match.value,
        now=work.now,
    )
    if not first:
        recorded_at = store.load_recorded_at(connection, link_id=current.link_id, sid=session.sid)
        return Recorded(match, accepted=True, recorded_at=recorded_at or work.now, first=False)
    opened = _fact(current, Stage.OPENED, observed="authenticated", once="opened:authenticated")
    authenticated = _authenticated(work, link=current, person=person, session=session, match=match)
    append_receipts(work, connection=connection, facts=[opened, authenticated])
    return Recorded(match, accepted=True, recorded_at=work.now, first=True)


def _match(work: Work, *, link: Link, person: Person) -> AddresseeMatch:
    match = match_addressee(link, person)
    if match is not AddresseeMatch.SAME_SIRET:
        return match
    # Renamed since the mail was written: the former names still mean this person (reading 2).
    named = Triplet(person.siret, PersonName(link.nom), PersonName(link.prenom))
    known = find_by_triplet(work, triplet=named)
    return AddresseeMatch.ADDRESSEE if known and known.sub == person.sub else match


def _authenticated(
    work: Work, *, link: Link, person: Person, session: Session, match: AddresseeMatch
) -> Fact:
    who = _who(work, person.sub, session.sid)
    return Fact(
        link_id=link.link_id,
        client_id=link.client_id,
        stage=Stage.AUTHENTICATED,
        observed="authenticated",
        subject=person.sub,
        addressee_match=match.value,
        acr=session.acr,
        amr=session.amr,
        auth_time=session.auth_time,
        session=session.sid,
        once=f"authenticated:{who}",
    )


def _record_refusal(work: Work, *, connection: Connection, link: Link, person: Person) -> None:
    # Once a day for each stranger; the word is forgotten with the day, and with the person.
    who = _who(work, person.sub, link.link_id)
    refused = _fact(
        link,
        Stage.REFUSED,
        observed="authenticated",
        once=f"refused:{work.now:%Y-%m-%d}:{who}",
        reason=NOT_ACCEPTED,
    )
    append_receipt(work, connection=connection, fact=refused)


def new_visit(work: Work, *, connection: Connection, link: Link, session_sid: str) -> str:
    """Return a fresh visit handle, kept as its fingerprint: five minutes, reusable meanwhile."""
    handle = new_identifier()
    lifetime = timedelta(seconds=work.settings.visit_lifetime_seconds)
    store.add_visit(
        connection,
        handle_fingerprint=fingerprint(handle),
        link_id=link.link_id,
        client_id=link.client_id,
        sid=session_sid,
        expires_at=work.now + lifetime,
    )
    return handle


def find_visit(work: Work, *, handle: str | None, client_id: str, session_sid: str) -> Link | None:
    """Return the link of a visit handle, for its own client and session, once its AR-2 exists."""
    if handle is None or not VISIT_HANDLE.fullmatch(handle):
        return None
    with work.read() as connection:
        link_id = store.load_visit(
            connection,
            handle_fingerprint=fingerprint(handle),
            client_id=client_id,
            sid=session_sid,
            now=work.now,
        )
    opened = reopen_link(work, link_id=link_id) if link_id else LinkRefusal.UNKNOWN
    # Revoked meanwhile: what was authenticated stands, and leads nowhere any more. One that only
    # expired since was opened in time.
    if opened is LinkRefusal.EXPIRED:
        return link_by_id(work, link_id=link_id or "")
    return opened.link if isinstance(opened, OpenedLink) else None


def handed_at(work: Work, *, client_id: str, session_sid: str) -> datetime | None:
    """Return when a client was last handed a visit handle for a session, while that one lives."""
    with work.read() as connection:
        end = store.load_last_end(connection, client_id=client_id, sid=session_sid, now=work.now)
    return end - timedelta(seconds=work.settings.visit_lifetime_seconds) if end else None


def find_recorded_at(work: Work, *, link_id: str, session_sid: str) -> datetime | None:
    """Return when this session was authenticated at a link: said when it is opened again."""
    with work.read() as connection:
        return store.load_recorded_at(connection, link_id=link_id, sid=session_sid)


def record_consultation(
    work: Work, *, client_id: str, link_id: str, session_sid: str, document: str
) -> bool | ConsultationRefusal:
    """Record that the partner served a document to who was authenticated at its link (AR-3).

    Args:
        work: At most once for a link, a person and a document.
        client_id: Whose word it is.
        link_id: One of its links.
        session_sid: The `sid` of the assertion, which ties the word to a person's AR-2.
        document: SHA-256 of what was served, in hexadecimal.

    Returns:
        Whether it was recorded now.
    """
    if find_link(work, client_id=client_id, link_id=link_id) is None:
        return ConsultationRefusal.UNKNOWN_LINK
    with work.read() as connection:
        sub = store.load_sub(connection, link_id=link_id, sid=session_sid)
    if sub is None:
        return ConsultationRefusal.NOBODY
    who = _who(work, sub, link_id, document)
    fact = Fact(
        link_id=link_id,
        client_id=client_id,
        stage=Stage.CONSULTED,
        observed="partner",
        subject=sub,
        session=session_sid,
        document=document,
        once=f"consulted:{who}",
    )
    with work.writing_durably() as connection:
        # Erased since it was read: a receipt written now would name them for ever.
        if store.hold_sub(connection, link_id=link_id, sid=session_sid) is None:
            return ConsultationRefusal.NOBODY
        return append_receipt(work, connection=connection, fact=fact) is not None


def report_link(work: Work, *, link_id: str, address: str) -> bool | LinkRefusal:
    """Note « Ce n’est pas moi », at most once a day for a link and an address.

    Returns:
        Whether it was noted now; a refusal if there is no such link. An expired link can still be
        reported: the mail is there.
    """
    link = link_by_id(work, link_id=link_id)
    if link is None:
        return LinkRefusal.UNKNOWN
    network = work.secret_keys.keyed_fingerprint(
        link.link_id, network_of(address), purpose="receipt-once"
    )
    once = f"reported:{work.now:%Y-%m-%d}:{network}"
    fact = _fact(link, Stage.REPORTED, observed="interaction", once=once)
    with work.writing_durably() as connection:
        return append_receipt(work, connection=connection, fact=fact) is not None


def forget_old_traces(work: Work) -> int:
    """Cut the address of traces over 30 days old, forget those over 12 months; return how many.

    What kept a refusal or a report to one a day is forgotten once that day is over everywhere.
    """
    settings = work.settings
    cut = work.now - timedelta(days=settings.trace_address_days)
    gone = work.now - timedelta(days=settings.trace_days)
    with work.writing() as connection:
        return (
            store.cut_traces(connection, last_before=cut)
            + store.forget_traces(connection, last_before=gone)
            + store.forget_authentications(connection, recorded_before=gone)
            + store.forget_visits(connection, expired_before=work.now)
            + forget_old_words(
                connection=connection,
                beginnings=("refused:", "reported:"),
                issued_before=work.now - timedelta(days=2),
            )
        )


def list_own_receipts(
    work: Work, *, session_cookie: str | None, passing: int = 0, most: int = 20
) -> OwnReceipts | None:
    """Return the receipts that concern whoever asks, by their live session; None without one."""
    asking = _asking(work, session_cookie)
    if asking is None:
        return None
    person, links = asking
    found = receipts_of_person(work, sub=person.sub, addressed=links, after=passing, most=most + 1)
    page = tuple(_own(work, receipt) for receipt in found[:most])
    return OwnReceipts(person, page, passing + most if len(found) > most else None)


def find_own_receipt(work: Work, *, session_cookie: str | None, receipt_id: str) -> Receipt | None:
    """Return one receipt, if it concerns whoever asks by their live session."""
    asking = _asking(work, session_cookie)
    if asking is None:
        return None
    person, links = asking
    return receipt_of_person(work, sub=person.sub, addressed=links, receipt_id=receipt_id)


def _asking(work: Work, session_cookie: str | None) -> tuple[Person, list[str]] | None:
    """Return who asks, and the links addressed to them under any name they sign in with."""
    session = find_live_session(work, cookie=session_cookie)
    person = find_person(work, sub=session.sub) if session else None
    if person is None or person.state is not PersonState.ACTIF:
        return None
    return person, links_addressed_to(work, keys=keys_of_person(work, sub=person.sub))


def _own(work: Work, receipt: Receipt) -> OwnReceipt:
    partner = find_partner(work, client_id=receipt.client_id)
    link = link_by_id(work, link_id=receipt.link_id)
    return OwnReceipt(receipt, link, partner.name if partner else receipt.client_id)


def words_of_refusals(work: Work, *, sub: str) -> list[tuple[str, str]]:
    """Return the words, each (link_id, word), that kept a person's refusals to one a day."""
    return [
        (link_id, word)
        for link_id, word in spent_words(work, beginning="refused:")
        if word.endswith(f":{_who(work, sub, link_id)}")
    ]


def forget_visitor(*, connection: Connection, sub: str) -> int:
    """Forget at which links a person was authenticated, in the caller's block; return how many."""
    return store.forget_person(connection, sub=sub)


def _who(work: Work, sub: str, *parts: str) -> str:
    return work.secret_keys.keyed_fingerprint(sub, *parts, purpose="receipt-once")


def _fact(link: Link, stage: Stage, *, observed: str, once: str, reason: str | None = None) -> Fact:
    return Fact(
        link_id=link.link_id,
        client_id=link.client_id,
        stage=stage,
        observed=observed,
        once=once,
        reason=reason,
    )
