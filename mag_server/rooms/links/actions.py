from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from mag_server.base.secrets import fingerprint, new_identifier
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
)
from mag_server.rooms.partners.model import Partner

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
        outcomes.append((number, made))
    created = CreatedLinks(tuple(outcomes))
    with work.writing_durably() as connection:
        store.add_links(connection, rows)
        if rows:
            about = partner.client_id
            record_act(work, connection=connection, act="links made", by=by, about=about)
        if begun is not None:
            finish_call(work, connection=connection, begun=begun, answer=created.pack())
    return created


def _made(work: Work, draft: LinkDraft, *, token: str) -> MadeLink:
    url = link_url(work, token=token) if draft.delivery is Delivery.OWN else None
    return MadeLink(f"lnk_{new_identifier()}", draft.reference, draft.expires_at, url)


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
        record_act(work, connection=connection, act="link extended", by=by, about=link_id)
        return store.load_by_id(connection, link_id=link_id)


def _as_it_stands(work: Work, *, link_id: str) -> Link | LinkRefused | None:
    link = link_by_id(work, link_id=link_id)
    # Two revocations at once: the second finds what it wanted.
    revoked = link is not None and link.state(work.now) is LinkState.REVOKED
    return link if revoked else LinkRefused(LinkReason.NOT_ACTIVE)
