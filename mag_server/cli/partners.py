"""`mag partners`: the portals that may sign people in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

import click

from mag_server.base.addresses import detail_for
from mag_server.cli._command import BY, Desk, json_option, print_json, refuse, say
from mag_server.rooms.partners.actions import (
    AddedPartner,
    PartnerRefused,
    add_partner,
    add_secret,
    edit_partner,
    find_partner,
    list_partners,
    list_secrets,
    retire_secret,
)
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.signin.model import LEVELS

_SEVERAL = {
    "redirect_uris": ("--redirect-uri", "Where people come back to, exactly as it will be sent."),
    "origins": ("--origin", "An origin that shows MAG's widget."),
    "post_logout_redirect_uris": ("--post-logout-redirect-uri", "Where sign-out may return to."),
    "targets": ("--target", "A page that an emailed link may lead to."),
}
_FORGET = ""
_FORGETTABLE = {"initiate_login_uri", "minimum_acr"}
_HIGHEST_NUMBER = 2**31 - 1


Command = TypeVar("Command", bound=Callable[..., Any])


def _described(command: Command) -> Command:
    for name, (option, sentence) in _SEVERAL.items():
        command = click.option(option, name, multiple=True, help=f"{sentence} Repeat it.")(command)
    for option, sentence in (
        ("--initiate-login-uri", "Where a link's sign-in is begun (Core section 4)."),
        ("--minimum-acr", "The least level of authentication."),
    ):
        command = click.option(option, help=sentence)(command)
    return click.option(
        "--alg", type=click.Choice(["ES256", "RS256"]), help="What signs its assertions."
    )(command)


@click.group()
def partners() -> None:
    """Register partners and see which are registered.

    Example: mag partners list
    """


@partners.command("add")
@click.argument("client_id", metavar="ID")
@click.option("--name", required=True, help="What people read.")
@click.option("--theme", default="net-entreprises", show_default=True)
@click.option("--sandbox", is_flag=True, help="A test partner: http://*.localhost is allowed.")
@_described
@json_option
def add_command(*, client_id: str, as_json: bool, **given: Any) -> None:
    """Register a partner and print its secret, once.

    Example: mag partners add klesia --name "KLESIA Pro" --theme klesia
    --redirect-uri https://klesia.example/mag/callback --origin https://klesia.example
    """
    desk = Desk()
    values = {name: value for name, value in given.items() if value is not None}
    _check_level(values.get("minimum_acr"), desk)
    added = add_partner(desk.work(), partner=Partner(client_id=client_id, **values), by=BY)
    if not isinstance(added, AddedPartner):
        _refused(added)
    if as_json:
        print_json({**_members(added.partner), "client_secret": added.client_secret})
        return
    say(f"{client_id} is registered. Its secret is shown this once: keep it in your vault.")
    click.echo(added.client_secret)


@partners.command("edit")
@click.argument("client_id", metavar="ID")
@click.option("--name", help="What people read.")
@click.option("--theme")
@click.option("--sandbox/--no-sandbox", default=None, help="Whether it is a test partner.")
@_described
@json_option
def edit_command(*, client_id: str, as_json: bool, **given: Any) -> None:
    """Change a partner; a list that is given replaces the whole list, "" empties it.

    Example: mag partners edit klesia --redirect-uri https://klesia.example/mag/callback
    """
    desk = Desk()
    partner = _known(desk, client_id)
    changes = {name: value for name, value in given.items() if value not in {None, ()}}
    for name, value in changes.items():
        if name in _SEVERAL:
            changes[name] = tuple(address for address in value if address != _FORGET)
        elif value == _FORGET and name in _FORGETTABLE:
            changes[name] = None
    _check_level(changes.get("minimum_acr"), desk)
    edited = edit_partner(desk.work(), partner=replace(partner, **changes), by=BY)
    if not isinstance(edited, Partner):
        _refused(edited)
    _show(edited, as_json=as_json)


@partners.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the partners.

    Example: mag partners list --json
    """
    for partner in list_partners(Desk().work()):
        if as_json:
            print_json(_members(partner))
        else:
            kind = "  (sandbox)" if partner.sandbox else ""
            click.echo(f"{partner.client_id:24} {partner.name}{kind}")


@partners.command("show")
@click.argument("client_id", metavar="ID")
@json_option
def show_command(*, client_id: str, as_json: bool) -> None:
    """Show all that is registered of a partner, but its secrets.

    Example: mag partners show klesia
    """
    _show(_known(Desk(), client_id), as_json=as_json)


@partners.group("secrets")
def secrets() -> None:
    """Rotate a partner's secret: two may be valid at once.

    Example: mag partners secrets add klesia
    """


@secrets.command("list")
@click.argument("client_id", metavar="ID")
@json_option
def list_secrets_command(*, client_id: str, as_json: bool) -> None:
    """List the numbers and ages of a partner's valid secrets.

    Example: mag partners secrets list klesia
    """
    desk = Desk()
    _known(desk, client_id)
    for secret in list_secrets(desk.work(), client_id=client_id):
        if as_json:
            print_json({"number": secret.number, "created_at": secret.created_at})
        else:
            click.echo(f"{secret.number}  made {secret.created_at:%Y-%m-%d %H:%M} UTC")


@secrets.command("add")
@click.argument("client_id", metavar="ID")
@json_option
def add_secret_command(*, client_id: str, as_json: bool) -> None:
    """Give a partner a second secret; the first goes on working until it is retired.

    Example: mag partners secrets add klesia
    """
    added = add_secret(Desk().work(), client_id=client_id, by=BY)
    if isinstance(added, PartnerRefused):
        _refused(added)
    number, client_secret = added
    if as_json:
        print_json({"client_id": client_id, "number": number, "client_secret": client_secret})
        return
    say(f"Secret number {number} of {client_id}, shown this once:")
    click.echo(client_secret)


@secrets.command("retire")
@click.argument("client_id", metavar="ID")
@click.argument("number", type=click.IntRange(1, _HIGHEST_NUMBER))
@json_option
def retire_secret_command(*, client_id: str, number: int, as_json: bool) -> None:
    """Retire a secret: it stops working within a second.

    Example: mag partners secrets retire klesia 1
    """
    refused = retire_secret(Desk().work(), client_id=client_id, number=number, by=BY)
    if refused:
        _refused(refused)
    if as_json:
        print_json({"client_id": client_id, "number": number, "retired": True})
    else:
        say(f"Secret number {number} of {client_id} is retired.")


def _known(desk: Desk, client_id: str) -> Partner:
    partner = find_partner(desk.work(), client_id=client_id)
    if partner is None:
        refuse(f"No partner {client_id}: `mag partners list` shows them.")
    return partner


def _check_level(acr: str | None, desk: Desk) -> None:
    # A level that nobody can reach would shut everyone out, and only at their sign-in.
    levels = [f"{desk.settings.issuer}/acr/{level}" for level in LEVELS]
    if acr is not None and acr not in levels:
        refuse(f"--minimum-acr {acr} is no level: write one of {', '.join(levels)}.")


def _refused(refused: PartnerRefused) -> NoReturn:
    if refused.address is not None and refused.uri_reason is not None:
        refuse(f"{refused.address} is refused: {detail_for(refused.uri_reason)}")
    refuse(refused.sentence)


def _show(partner: Partner, *, as_json: bool) -> None:
    members = _members(partner)
    if as_json:
        print_json(members)
        return
    for name, value in members.items():
        for line in value if isinstance(value, tuple) else (value,):
            click.echo(f"{name:28} {line}")


def _members(partner: Partner) -> dict[str, Any]:
    return dict(vars(partner))
