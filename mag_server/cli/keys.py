"""`mag keys`: the keys that sign assertions, and those that sign receipts."""

from datetime import UTC, datetime

import click

from mag_server.cli._command import BY, Desk, json_option, print_json, refuse, say
from mag_server.rooms.keys.actions import (
    list_keys,
    list_receipt_keys,
    report_compromise,
    rotate_keys,
    rotate_receipt_keys,
)
from mag_server.rooms.keys.model import KeyRefusal, SigningKey

_RECEIPTS = "receipts"
_purpose_option = click.option(
    "--purpose",
    type=click.Choice(["assertions", _RECEIPTS]),
    default="assertions",
    show_default=True,
    help="What the keys sign.",
)


@click.group()
def keys() -> None:
    """List and rotate the keys that sign assertions, and those that sign receipts.

    Example: mag keys list
    """


@keys.command("list")
@_purpose_option
@json_option
def list_command(*, purpose: str, as_json: bool) -> None:
    """List every key: when it began to sign, and when the next one takes over.

    Example: mag keys list --json
    """
    work = Desk().work()
    listed = list_receipt_keys(work) if purpose == _RECEIPTS else list_keys(work)
    for key, superseded_at in listed:
        members = {
            "kid": key.kid,
            "alg": key.alg,
            "created_at": key.created_at,
            "active_from": key.active_from,
            "superseded_at": superseded_at,
        }
        if purpose == _RECEIPTS:
            members["compromised_at"] = key.compromised_at
        if as_json:
            print_json(members)
        else:
            until = f" until {superseded_at:%Y-%m-%d %H:%M}" if superseded_at else ""
            lost = key.compromised_at
            until += f", compromised since {lost:%Y-%m-%d %H:%M}" if lost else ""
            click.echo(f"{key.kid}  {key.alg}  from {key.active_from:%Y-%m-%d %H:%M}{until} UTC")


@keys.command("rotate")
@_purpose_option
@json_option
def rotate_command(*, purpose: str, as_json: bool) -> None:
    """Make the next key of each algorithm: published now, used in 24 hours.

    Example: mag keys rotate
    """
    work = Desk().work()
    rotated = (
        [rotate_receipt_keys(work, by=BY)] if purpose == _RECEIPTS else rotate_keys(work, by=BY)
    )
    for key in rotated:
        _tell(key, as_json=as_json, published="is published; it signs from")


@keys.command("compromise")
@click.argument("kid")
@click.option("--since", type=click.DateTime(), help="UTC; by default this instant.")
@json_option
def compromise_command(*, kid: str, since: datetime | None, as_json: bool) -> None:
    """Say that a receipt key may be in other hands: it signs nothing more.

    What it signed before stays good. The key that signs from now on is printed.

    Example: mag keys compromise KID --since "2026-03-02 08:30:00"
    """
    work = Desk().work()
    instant = since.replace(tzinfo=UTC) if since else work.now
    answer = report_compromise(work, kid=kid, since=instant, by=BY)
    if isinstance(answer, KeyRefusal):
        refuse(answer.value)
    say(f"{kid} signs nothing more; /receipts/keys says since when.")
    _tell(answer, as_json=as_json, published="signs since")


def _tell(key: SigningKey, *, as_json: bool, published: str) -> None:
    if as_json:
        print_json({"kid": key.kid, "alg": key.alg, "active_from": key.active_from})
    else:
        say(f"{key.alg} {key.kid} {published} {key.active_from:%Y-%m-%d %H:%M} UTC.")
