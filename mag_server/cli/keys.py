"""`mag keys`: the keys that sign assertions."""

import click

from mag_server.cli._command import BY, Desk, json_option, print_json, say
from mag_server.rooms.keys.actions import list_keys, rotate_keys


@click.group()
def keys() -> None:
    """List and rotate the keys that sign assertions.

    Example: mag keys list
    """


@keys.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List every key: when it began to sign, and when the next one takes over.

    Example: mag keys list --json
    """
    for key, superseded_at in list_keys(Desk().work()):
        members = {
            "kid": key.kid,
            "alg": key.alg,
            "created_at": key.created_at,
            "active_from": key.active_from,
            "superseded_at": superseded_at,
        }
        if as_json:
            print_json(members)
        else:
            until = f" until {superseded_at:%Y-%m-%d %H:%M}" if superseded_at else ""
            click.echo(f"{key.kid}  {key.alg}  from {key.active_from:%Y-%m-%d %H:%M}{until} UTC")


@keys.command("rotate")
@json_option
def rotate_command(*, as_json: bool) -> None:
    """Make the next key of each algorithm: published now, used in 24 hours.

    Example: mag keys rotate
    """
    for key in rotate_keys(Desk().work(), by=BY):
        if as_json:
            print_json({"kid": key.kid, "alg": key.alg, "active_from": key.active_from})
        else:
            say(
                f"{key.alg} {key.kid} is published; it signs from "
                f"{key.active_from:%Y-%m-%d %H:%M} UTC."
            )
