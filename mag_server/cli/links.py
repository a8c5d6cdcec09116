"""`mag links`: the links that partners send, as their own back ends see them."""

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, NoReturn

import click

from mag_server.base.members import WrongMemberError, read_instant
from mag_server.base.strict_json import parse_lines
from mag_server.cli._command import BY, Desk, json_option, print_json, refuse, say
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.drafts.model import Accept, Delivery, Kind, LinkRefused, Prefill
from mag_server.rooms.links.actions import (
    create_links,
    extend_link,
    link_by_id,
    list_links,
    revoke_link,
)
from mag_server.rooms.links.model import (
    MOST_LINES_OF_A_CALL,
    CreatedLinks,
    Link,
    LinkFilter,
    LinkPage,
    LinkState,
    MadeLink,
    told_link,
    told_made,
    told_refused,
)
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.visits.actions import forget_old_traces

_PERSON = ("siret", "nom", "prenom", "email")


def _words(kind: Any) -> click.Choice[str]:
    return click.Choice([one.value for one in kind])


@click.group()
def links() -> None:
    """Make links, and see or end those that were made.

    Example: mag links list klesia --state active
    """


@links.command("create")
@click.argument("client_id", metavar="ID")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--siret", help="The addressee's company.")
@click.option("--nom", help="The addressee's nom.")
@click.option("--prenom", help="The addressee's prénom.")
@click.option("--email", help="Where the mail goes.")
@click.option("--kind", type=_words(Kind), help="information, or the official notification.")
@click.option("--message", help="The message's name: see docs/links.md.")
@click.option("--word", "words", multiple=True, metavar="NAME=TEXT", help="A word. Repeat it.")
@click.option("--target", help="The registered page that the link leads to.")
@click.option("--prefill", type=_words(Prefill), help="What the form shows already.")
@click.option("--accept", type=_words(Accept), help="Who may be authenticated at the link.")
@click.option("--delivery", type=_words(Delivery), help="own: the address is printed, once.")
@click.option("--reference", help="Your own name for it.")
@click.option("--made-available-at", help="Since when the document is there (notification).")
@click.option("--expires-at", help="When the link ends; in 90 days by default.")
@json_option
def create_command(
    *, client_id: str, file: BinaryIO | None, as_json: bool, words: tuple[str, ...], **given: Any
) -> None:
    """Make one link from options, or many from a FILE of JSON lines (- is standard input).

    Each line of the file is one link, as docs/links.md describes it. A bad line loses nobody
    else's; it is told with its number, and the exit status is 1.

    Example: mag links create klesia campaign.jsonl
    """
    asked = {name: value for name, value in given.items() if value is not None}
    if (file is None) == (not asked):
        raise click.UsageError("Give a FILE of JSON lines, or options for one link, not both.")
    desk = Desk()
    partner = _partner(desk, client_id)
    refused = made = 0
    batches = _batches(file) if file is not None else iter([[(1, _one(asked, words))]])
    for created in _with_progress(_make(desk, partner, batches), file):
        made += created.made
        refused += len(created.outcomes) - created.made
        for number, outcome in created.outcomes:
            _tell_outcome(number, outcome, as_json=as_json)
    say(f"{made} links made, {refused} refused.")
    if refused:
        sys.exit(1)


def _one(asked: dict[str, Any], words: tuple[str, ...]) -> dict[str, Any]:
    link = {name: value for name, value in asked.items() if name not in _PERSON}
    pairs = [word.partition("=") for word in words]
    return link | {
        "addressee": {name: asked[name] for name in _PERSON if name in asked},
        "words": {name: text for name, _, text in pairs},
    }


def _batches(file: BinaryIO) -> Iterator[list[tuple[int, Any]]]:
    before = 0
    while octets := list(islice(file, MOST_LINES_OF_A_CALL)):
        lines = parse_lines(b"".join(octets), most=MOST_LINES_OF_A_CALL) or []
        yield [(before + number, value) for number, value in lines]
        before += len(octets)


def _make(
    desk: Desk, partner: Partner, batches: Iterator[list[tuple[int, Any]]]
) -> Iterator[CreatedLinks]:
    for lines in batches:
        created = create_links(desk.work(), partner=partner, lines=lines, by=BY)
        if isinstance(created, CreatedLinks):  # without a key no call is refused as a whole
            yield created


def _with_progress(
    created: Iterator[CreatedLinks], file: BinaryIO | None
) -> Iterable[CreatedLinks]:
    if file is None or not sys.stderr.isatty():
        return created
    return _shown(created)


def _shown(created: Iterator[CreatedLinks]) -> Iterator[CreatedLinks]:
    done = 0
    for one in created:
        done += len(one.outcomes)
        click.echo(f"\r{done} lines", nl=False, err=True)
        yield one
    click.echo(err=True)


def _tell_outcome(number: int, outcome: MadeLink | LinkRefused, *, as_json: bool) -> None:
    if as_json:
        told = told_made(outcome) if isinstance(outcome, MadeLink) else told_refused(outcome)
        print_json({"line": number, **told})
    elif isinstance(outcome, LinkRefused):
        say(f"Line {number}: {outcome.member or 'the line'}: {outcome.detail}")
    else:
        click.echo(outcome.url or outcome.link_id)


@links.command("list")
@click.argument("client_id", metavar="ID")
@click.option("--state", type=_words(LinkState))
@click.option("--kind", type=_words(Kind))
@click.option("--message")
@click.option("--reference", help="The partner's own name for it.")
@click.option("--siret", help="The addressee's company.")
@click.option("--after", help="Go on after this link.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True)
@json_option
def list_command(  # noqa: PLR0913 - one parameter an option
    *,
    client_id: str,
    state: str | None,
    kind: str | None,
    message: str | None,
    reference: str | None,
    siret: str | None,
    after: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List a partner's links, newest first.

    Example: mag links list klesia --state active --limit 20
    """
    desk = Desk()
    _partner(desk, client_id)
    asked = LinkFilter(
        state=LinkState(state) if state else None,
        kind=Kind(kind) if kind else None,
        message=message,
        reference=reference,
        siret=_digits(desk, siret) if siret else None,
    )
    work = desk.work()
    page = list_links(work, client_id=client_id, asked=asked, after=after, most=limit)
    if not isinstance(page, LinkPage):
        refuse(f"{client_id} has no link {after}: --after takes the id of a link.")
    for link in page.links:
        if as_json:
            print_json(told_link(link, now=work.now))
        else:
            state_now = link.state(work.now).value
            click.echo(f"{link.link_id}  {state_now:8} {link.kind.value:12} {link.message}")
    if page.next:
        say(f"There are more: add --after {page.next}")


@links.command("show")
@click.argument("link_id", metavar="LINK")
@json_option
def show_command(*, link_id: str, as_json: bool) -> None:
    """Show all that is kept of a link, but its token, which nobody can read any more.

    Example: mag links show lnk_3q2-7vQbS0mX9jJ5r1TzWA
    """
    desk = Desk()
    _show(desk, _known(desk, link_id), as_json=as_json)


@links.command("revoke")
@click.argument("link_id", metavar="LINK")
@json_option
def revoke_command(*, link_id: str, as_json: bool) -> None:
    """Make a link open nothing any more.

    Example: mag links revoke lnk_3q2-7vQbS0mX9jJ5r1TzWA
    """
    desk = Desk()
    link = _known(desk, link_id)
    revoked = revoke_link(desk.work(), client_id=link.client_id, link_id=link_id, by=BY)
    _show(desk, _done(revoked), as_json=as_json)


@links.command("extend")
@click.argument("link_id", metavar="LINK")
@click.option("--expires-at", required=True, help="The new end: 2026-12-31T23:00:00Z.")
@json_option
def extend_command(*, link_id: str, expires_at: str, as_json: bool) -> None:
    """Move the end of an active link.

    Example: mag links extend lnk_3q2-7vQbS0mX9jJ5r1TzWA --expires-at 2026-12-31T23:00:00Z
    """
    desk = Desk()
    link = _known(desk, link_id)
    try:
        until = read_instant(expires_at, "expires_at")
    except WrongMemberError as error:
        raise click.UsageError("--expires-at takes an instant: 2026-12-31T23:00:00Z.") from error
    extended = extend_link(
        desk.work(), client_id=link.client_id, link_id=link_id, expires_at=until, by=BY
    )
    _show(desk, _done(extended), as_json=as_json)


@links.command("forget-traces")
@json_option
def forget_traces_command(*, as_json: bool) -> None:
    """Forget old traces of links now, as `mag serve` does every ten minutes.

    Addresses are cut after MAG_TRACE_ADDRESS_DAYS, the rest is gone after MAG_TRACE_DAYS.

    Example: mag links forget-traces
    """
    forgotten = forget_old_traces(Desk().work())
    if as_json:
        print_json({"forgotten": forgotten})
    else:
        say(f"{forgotten} traces cut or forgotten.")


def _partner(desk: Desk, client_id: str) -> Partner:
    partner = find_partner(desk.work(), client_id=client_id)
    if partner is None:
        refuse(f"No partner {client_id}: `mag partners list` shows them.")
    return partner


def _digits(desk: Desk, siret: str) -> str:
    parsed = parse_siret(siret, strictness=Strictness.chosen_by(desk.settings))
    if not isinstance(parsed, Siret):
        refuse(f"--siret {siret} is no SIRET ({parsed.reason.value}).")
    return parsed.digits


def _known(desk: Desk, link_id: str) -> Link:
    link = link_by_id(desk.work(), link_id=link_id)
    if link is None:
        _unknown(link_id)
    return link


def _unknown(link_id: str) -> NoReturn:
    refuse(f"No link {link_id}: `mag links list ID` shows a partner's.")


def _done(answer: Link | LinkRefused | None) -> Link:
    if isinstance(answer, LinkRefused):
        refuse(answer.detail)
    if answer is None:
        refuse("The link is gone.")
    return answer


def _show(desk: Desk, link: Link, *, as_json: bool) -> None:
    members = {"client_id": link.client_id, **told_link(link, now=desk.work().now)}
    if as_json:
        print_json(members)
        return
    for name, value in members.items():
        if isinstance(value, dict):
            for inner, text in value.items():
                click.echo(f"{f'{name}.{inner}':24} {text}")
        elif value is not None:
            click.echo(f"{name:24} {value}")
