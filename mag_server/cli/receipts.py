"""`mag receipts`: what was recorded of links, and whether all of it verifies."""

import sys

import click

from mag_server.cli._command import Desk, json_option, print_json, refuse, say
from mag_server.rooms.receipts.actions import (
    count_waiting,
    list_link,
    read_log,
    sequence_receipts,
    verify_log,
)
from mag_server.rooms.receipts.model import Damage, Receipt


@click.group()
def receipts() -> None:
    """See the receipts of a link, take the log away, verify it.

    Example: mag receipts verify
    """


@receipts.command("list")
@click.argument("link_id", metavar="LINK")
@json_option
def list_command(*, link_id: str, as_json: bool) -> None:
    """List the receipts of a link, in their order.

    Example: mag receipts list lnk_3q2-7vQbS0mX9jJ5r1TzWA
    """
    found = list_link(Desk().work(), link_id=link_id)
    if not found:
        refuse(f"No receipt of {link_id}: `mag links list ID` shows a partner's links.")
    for receipt in found:
        _tell(receipt, as_json=as_json)


def _tell(receipt: Receipt, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "id": receipt.receipt_id,
                "link": receipt.link_id,
                "number": receipt.number,
                "stage": receipt.stage.value,
                "observed": receipt.observed,
                "issued_at": receipt.issued_at,
                "position": receipt.position,
                "receipt": receipt.presented,
            }
        )
    else:
        seen = receipt.observed or ""
        at = f"{receipt.issued_at:%Y-%m-%d %H:%M:%S}Z"
        click.echo(f"{receipt.number:>3}  {at}  {receipt.stage.value:13} {seen}")


@receipts.command("export")
def export_command() -> None:
    """Print the whole log, one JSON object a line, by position.

    Example: mag receipts export > receipts.jsonl
    """
    for receipt in read_log(Desk().work()):
        _tell(receipt, as_json=True)


@receipts.command("sequence")
@json_option
def sequence_command(*, as_json: bool) -> None:
    """Give waiting receipts their positions now, without `mag serve`.

    Example: mag receipts sequence
    """
    desk = Desk()
    done = 0
    while made := sequence_receipts(desk.work()):
        done += made
    if as_json:
        print_json({"sequenced": done})
    else:
        say(f"{done} receipts sequenced.")


@receipts.command("verify")
@json_option
def verify_command(*, as_json: bool) -> None:
    """Verify every receipt, chain, checkpoint and the tree over them all.

    Exit status 1 where something does not verify, with the place of each.

    Example: mag receipts verify
    """
    desk = Desk()
    seen = damages = 0
    for found in verify_log(desk.work()):
        if isinstance(found, Damage):
            damages += 1
            if as_json:
                print_json(vars(found))
            else:
                where = "" if found.position is None else f"position {found.position}: "
                click.echo(where + found.what)
        else:
            seen = found
    waiting = count_waiting(desk.work())
    say(f"{seen} receipts verified, {damages} damages, {waiting} waiting for a position.")
    if damages:
        sys.exit(1)
