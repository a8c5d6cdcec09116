from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from mag_server.base.dates import spoken_date
from mag_server.base.db import Connection
from mag_server.base.secrets import fingerprint, new_identifier, new_letter_name
from mag_server.base.strict_json import JsonRefused
from mag_server.base.work import Work
from mag_server.rooms.audit.actions import record_act
from mag_server.rooms.calls.actions import begin_call, finish_call, give_up_call
from mag_server.rooms.calls.model import Answered, Begun, Call, CallRefusal
from mag_server.rooms.companies.model import Strictness
from mag_server.rooms.drafts.model import (
    Delivery,
    LinkDraft,
    LinkReason,
    LinkRefused,
    check_expiry,
    deemed_from,
    read_draft,
)
from mag_server.rooms.links import store
from mag_server.rooms.links.model import (
    LINK_ID,
    CreatedLinks,
    Link,
    LinkFilter,
    LinkPage,
    LinkState,
    MadeLink,
    deemed_reason,
)
from mag_server.rooms.mail.actions import (
    blank_letters,
    is_any_event_untold,
    letter_row,
    move_end,
    post_letters,
    take_events,
    withdraw_letters,
)
from mag_server.rooms.mail.model import Letter
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.model import TripletKey, name_key
from mag_server.rooms.receipts.actions import append_receipts, links_with_stage
from mag_server.rooms.receipts.model import Fact, Stage

MOST_OF_A_PAGE = 500


def create_links(
    work: Work,
    *,
    partner: Partner,
    lines: Iterable[tuple[int, Any]],
    call: Call | None = None,
    by: str,
) -> CreatedLinks | CallRefusal:
    """Make a link of each good line, all in one block; a bad line loses nobody else's.

    `lines` are (number, JSON value or why it is none); at most 10,000, so that the block is short.
    With a `call` the same lines asked twice are made once, and told the same.
    """
    begun = begin_call(work, call=call) if call else None
    if isinstance(begun, Answered):
        return CreatedLinks.unpack(begun.answer)
    if isinstance(begun, CallRefusal):
        return begun
    try:
        return _create(work, partner=partner, lines=lines, begun=begun, by=by)
    except BaseException:
        with suppress(Exception):  # the database may be what failed: the lease ends by itself
            if begun is not None:
                give_up_call(work, begun=begun)
        raise


def _create(
    work: Work,
    *,
    partner: Partner,
    lines: Iterable[tuple[int, Any]],
    begun: Begun | None,
    by: str,
) -> CreatedLinks:
    strictness = Strictness.chosen_by(work.settings)
    default_days = work.settings.link_lifetime_days
    outcomes: list[tuple[int, MadeLink | LinkRefused]] = []
    rows: list[dict[str, Any]] = []
    letters: list[dict[str, Any]] = []
    for number, value in lines:
        draft: LinkDraft | LinkRefused
        if isinstance(value, JsonRefused):
            draft = LinkRefused(LinkReason.JSON, value.member)
        else:
            draft = read_draft(
                value,
                partner=partner,
                now=work.now,
                strictness=strictness,
                default_days=default_days,
            )
        if isinstance(draft, LinkRefused):
            outcomes.append((number, draft))
            continue
        token = new_identifier()
        made = _made(work, draft, token=token)
        rows.append(_row(work, draft, made=made, token=token, client_id=partner.client_id))
        if draft.delivery is Delivery.MAIL:
            letters.append(letter_row(work, _letter(draft, made, token=token, partner=partner)))
        outcomes.append((number, made))
    created = CreatedLinks(tuple(outcomes))
    with work.writing_durably() as connection:
        store.add_links(connection, rows)
        post_letters(connection=connection, rows=letters)
        if rows:
            about = partner.client_id
            record_act(work, connection=connection, act="links made", by=by, about=about)
        if begun is not None:
            finish_call(work, connection=connection, begun=begun, answer=created.pack())
    return created


def _made(work: Work, draft: LinkDraft, *, token: str) -> MadeLink:
    url = link_url(work, token=token) if draft.delivery is Delivery.OWN else None
    return MadeLink(f"lnk_{new_identifier()}", draft.reference, draft.expires_at, url)


def _letter(draft: LinkDraft, made: MadeLink, *, token: str, partner: Partner) -> Letter:
    available = draft.made_available_at
    said = {"made_available_on": spoken_date(available, "fr")} if available else {}
    return Letter(
        letter_id=new_letter_name(),
        reference=made.link_id,
        message=draft.message,
        theme=partner.theme,
        sender=partner.name,
        nom=draft.nom,
        prenom=draft.prenom,
        email=draft.email,
        words={**draft.words, **said},
        token=token,
        not_after=draft.expires_at,
    )


def _row(
    work: Work, draft: LinkDraft, *, made: MadeLink, token: str, client_id: str
) -> dict[str, Any]:
    available = draft.made_available_at
    return store.row_of(
        draft,
        link_id=made.link_id,
        client_id=client_id,
        token_fingerprint=fingerprint(token),
        now=work.now,
        deemed_due_at=deemed_from(available) if available else None,
    )


def link_url(work: Work, *, token: str) -> str:
    """Return the address that the mail carries."""
    return f"{work.settings.issuer}/l/{token}"


def list_links(
    work: Work, *, client_id: str, asked: LinkFilter, after: str | None = None, most: int = 100
) -> LinkPage | LinkRefused:
    """Return a partner's own links, newest first; `after` is the last link of the page before."""
    most = max(1, min(most, MOST_OF_A_PAGE))
    if after is not None and find_link(work, client_id=client_id, link_id=after) is None:
        return LinkRefused(LinkReason.UNKNOWN, "after")
    with work.read() as connection:
        found = store.load_page(
            connection, client_id=client_id, asked=asked, after=after, now=work.now, most=most + 1
        )
    page = tuple(found[:most])
    return LinkPage(page, page[-1].link_id if len(found) > most else None)


def find_link(work: Work, *, client_id: str, link_id: str) -> Link | None:
    """Return a partner's own link; another partner's is as unknown as none."""
    if not LINK_ID.fullmatch(link_id):
        return None
    with work.read() as connection:
        return store.load_of_client(connection, client_id=client_id, link_id=link_id)


def link_by_id(work: Work, *, link_id: str) -> Link | None:
    """Return a link by its public name, for a sign-in that carries it in its signed form."""
    with work.read() as connection:
        return store.load_by_id(connection, link_id=link_id)


def link_by_token(work: Work, *, token: str) -> Link | None:
    """Return the link that a mail's address leads to, whatever its state."""
    with work.read() as connection:
        return store.load_by_token(connection, token_fingerprint=fingerprint(token))


def spend_interaction(work: Work, *, connection: Connection, link_id: str) -> bool:
    """Note that somebody, or something, acted on the link's page; False if that was noted."""
    return store.note_interaction(connection, link_id=link_id, now=work.now)


def links_addressed_to(work: Work, *, keys: Iterable[TripletKey]) -> list[str]:
    """Return the links that were addressed to one of these triplets, however it was written."""
    wanted = set(keys)
    with work.read() as connection:
        found = [
            link
            for siret in sorted({key.siret for key in wanted})
            for link in store.load_of_siret(connection, siret=siret)
        ]
    return [
        link.link_id
        for link in found
        if TripletKey(link.siret, name_key(link.nom), name_key(link.prenom)) in wanted
    ]


def blank_addressees(*, connection: Connection, link_ids: Sequence[str]) -> None:
    """Take whoever they were addressed to out of links and letters, in the caller's block.

    The links stay, and so does what was signed about them.
    """
    if link_ids:
        store.blank(connection, link_ids=link_ids)
        blank_letters(connection=connection, references=link_ids)


def revoke_link(work: Work, *, client_id: str, link_id: str, by: str) -> Link | LinkRefused | None:
    """Make a link open nothing any more; again on a revoked one changes nothing.

    Returns:
        The link; a refusal if it expired before; None if the partner has no such link.
    """
    link = find_link(work, client_id=client_id, link_id=link_id)
    if link is None or link.state(work.now) is LinkState.REVOKED:
        return link
    with work.writing_durably() as connection:
        if not store.revoke(connection, link_id=link_id, now=work.now):
            return _as_it_stands(work, link_id=link_id)
        withdraw_letters(connection=connection, reference=link_id)
        record_act(work, connection=connection, act="link revoked", by=by, about=link_id)
        return store.load_by_id(connection, link_id=link_id)


def extend_link(
    work: Work, *, client_id: str, link_id: str, expires_at: datetime, by: str
) -> Link | LinkRefused | None:
    """Move the end of an active link, by the rules of a new one.

    Returns:
        The link; a refusal if the end is not allowed or the link is over; None if the partner
        has no such link.
    """
    link = find_link(work, client_id=client_id, link_id=link_id)
    if link is None:
        return None
    if link.state(work.now) is not LinkState.ACTIVE:
        return LinkRefused(LinkReason.NOT_ACTIVE)
    available = link.made_available_at
    if refused := check_expiry(expires_at, now=work.now, made_available_at=available):
        return refused
    with work.writing_durably() as connection:
        if not store.extend(connection, link_id=link_id, expires_at=expires_at, now=work.now):
            return LinkRefused(LinkReason.NOT_ACTIVE)
        move_end(connection=connection, reference=link_id, not_after=expires_at)
        record_act(work, connection=connection, act="link extended", by=by, about=link_id)
        return store.load_by_id(connection, link_id=link_id)


def _as_it_stands(work: Work, *, link_id: str) -> Link | LinkRefused | None:
    link = link_by_id(work, link_id=link_id)
    # Two revocations at once: the second finds what it wanted.
    revoked = link is not None and link.state(work.now) is LinkState.REVOKED
    return link if revoked else LinkRefused(LinkReason.NOT_ACTIVE)


def tell_deliveries(work: Work, *, most: int = 500) -> int:
    """Turn what was seen of letters into receipts (AR-0), each once; return how many events.

    They are taken in the same block as the receipts: nothing is told twice, nothing is lost.
    """
    if not is_any_event_untold(work):
        return 0
    with work.writing_durably() as connection:
        events = take_events(work, connection=connection, most=most)
        clients = store.load_clients(connection, [event.reference for event in events])
        facts = [
            Fact(
                link_id=event.reference,
                client_id=clients[event.reference],
                stage=Stage(event.happening.value),
                observed="relay",
                mail=event.mail_hash,
                reason=event.code,
            )
            for event in events
            if event.reference in clients
        ]
        append_receipts(work, connection=connection, facts=facts)
    return len(events)


def tell_endings(work: Work, *, most: int = 500) -> int:
    """Write the receipts that time alone makes: links that expired, notifications now deemed.

    A notification that somebody authenticated consulted is not deemed: it was consulted.

    Returns:
        How many links were decided about.
    """
    with work.read() as connection:
        expired = store.load_expired(connection, now=work.now, most=most)
        deemed = store.load_deemed(connection, now=work.now, most=most)
    if not expired and not deemed:
        return 0
    with work.writing_durably() as connection:
        ended = set(store.settle_expiry(connection, [x.link_id for x in expired], now=work.now))
        over = set(store.settle_deemed(connection, [x.link_id for x in deemed], now=work.now))
        consulted = links_with_stage(
            connection=connection, link_ids=sorted(over), stage=Stage.CONSULTED
        )
        facts = [
            Fact(link.link_id, link.client_id, Stage.EXPIRED, observed="computed", once="expired")
            for link in expired
            if link.link_id in ended
        ] + [
            Fact(
                link.link_id,
                link.client_id,
                Stage.DEEMED,
                observed="computed",
                reason=deemed_reason(link.made_available_at),
                once="deemed",
            )
            for link in deemed
            if link.link_id in over - consulted and link.made_available_at
        ]
        append_receipts(work, connection=connection, facts=facts)
    return len(ended) + len(over)
