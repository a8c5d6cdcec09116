"""`mag people`: who can sign in."""

import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from mag_server.cli._command import BY, Desk, json_option, print_json, refuse, say
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.companies.model import message_for as company_message
from mag_server.rooms.erasure.actions import erase_addressee, erase_person
from mag_server.rooms.people.actions import (
    PasswordRefused,
    PersonRefusal,
    add_person,
    list_people,
    radiate_declarant,
    rename_person,
    validate_email,
)
from mag_server.rooms.people.model import NameRefused, Person, PersonName, Role, Triplet, parse_name
from mag_server.rooms.people.model import message_for as name_message

_ROLE = click.Choice([role.value for role in Role])


@click.group()
def people() -> None:
    """Register people and see who is registered.

    Example: mag people list --siret "970 505 517 00072"
    """


@people.command("add")
@click.option("--siret", required=True, help="14 digits, however they are grouped.")
@click.option("--nom", required=True)
@click.option("--prenom", required=True)
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=_ROLE, help="Once per role.")
@click.option("--email-not-validated", is_flag=True, help="The address is still to be proved.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read it from standard input.")
@json_option
def add_command(**given: Any) -> None:
    """Register a person with a first password, read from standard input.

    Example: echo Mississippi1876 | mag people add --siret "970 505 517 00072" --nom SAWYER
    --prenom TOM --email tom@toment.example --role declarant --password-stdin
    """
    desk = Desk()
    added = add_person(
        desk.work(),
        triplet=Triplet(
            _siret(given["siret"], desk),
            _name(given["nom"], "nom"),
            _name(given["prenom"], "prenom"),
        ),
        email=given["email"],
        email_validated=not given["email_not_validated"],
        roles=frozenset(Role(role) for role in given["roles"]),
        password=sys.stdin.readline().rstrip("\r\n"),
        by=BY,
    )
    if isinstance(added, PasswordRefused):
        broken = ", ".join(flaw.value for flaw in added.flaws)
        refuse(f"The password breaks these rules: {broken}.")
    _told(added, as_json=given["as_json"], done="is registered")


@people.command("list")
@click.option("--siret", help="Only the people of this SIRET.")
@json_option
def list_command(*, siret: str | None, as_json: bool) -> None:
    """List people, by sub.

    Example: mag people list --json
    """
    desk = Desk()
    digits = _siret(siret, desk).digits if siret else None
    after: str | None = None
    while page := list_people(desk.work(), siret=digits, after=after):
        for person in page:
            _show(person, as_json=as_json)
        after = page[-1].sub


@people.command("rename")
@click.argument("sub")
@click.option("--nom", required=True)
@click.option("--prenom", required=True)
@json_option
def rename_command(*, sub: str, nom: str, prenom: str, as_json: bool) -> None:
    """Register a person's new names; the former ones still sign in for 90 days.

    Example: mag people rename SUB --nom THATCHER --prenom BECKY
    """
    names = _name(nom, "nom"), _name(prenom, "prenom")
    renamed = rename_person(Desk().work(), sub=sub, nom=names[0], prenom=names[1], by=BY)
    _told(renamed, as_json=as_json, done="is renamed")


@people.command("validate-email")
@click.argument("sub")
@json_option
def validate_email_command(*, sub: str, as_json: bool) -> None:
    """Note that a person's e-mail address is theirs.

    Example: mag people validate-email SUB
    """
    _told(validate_email(Desk().work(), sub=sub, by=BY), as_json=as_json, done="is validated")


@people.command("erase")
@click.argument("sub", required=False)
@click.option("--siret", help="Instead of SUB, with --nom and --prenom: account or not.")
@click.option("--nom")
@click.option("--prenom")
@click.option("--yes", is_flag=True, help="Do not ask: there is no way back.")
@json_option
def erase_command(*, sub: str | None, yes: bool, as_json: bool, **names: str | None) -> None:
    """Erase a person: the account, and what links, mails and receipts say of them.

    By names, also somebody without an account to whom links were addressed. No signed byte
    changes: the log of receipts verifies as before.

    Example: mag people erase 3q2-7vQbS0mX9jJ5r1TzWA --yes
    """
    if (sub is not None and any(names.values())) or (sub is None and not all(names.values())):
        raise click.UsageError("Give a SUB, or --siret, --nom and --prenom together.")
    desk = Desk()
    triplet = None if sub is not None else _triplet(desk, names)
    shown = sub or " ".join(str(name) for name in names.values())
    if not yes:
        click.confirm(f"Erase {shown}, for ever?", abort=True, err=True)
    if triplet is not None:
        erased = erase_addressee(desk.work(), triplet=triplet, by=BY)
    else:
        erased = erase_person(desk.work(), sub=str(sub), by=BY)
    if erased is None:
        refuse(f"Nothing here is about {shown}: `mag people list` shows who there is.")
    if as_json:
        print_json({"sub": sub, "receipts": erased})
    else:
        say(f"{shown} is erased; {erased} receipts name nobody any more.")


def _triplet(desk: Desk, names: Mapping[str, str | None]) -> Triplet:
    siret, nom, prenom = (names[name] or "" for name in ("siret", "nom", "prenom"))
    return Triplet(_siret(siret, desk), _name(nom, "nom"), _name(prenom, "prenom"))


@people.command("radiate")
@click.argument("sub")
@json_option
def radiate_command(*, sub: str, as_json: bool) -> None:
    """Strike a person off: from now on nothing opens for them.

    Example: mag people radiate SUB
    """
    _told(radiate_declarant(Desk().work(), sub=sub, by=BY), as_json=as_json, done="is struck off")


def _siret(text: str, desk: Desk) -> Siret:
    siret = parse_siret(text, strictness=Strictness.chosen_by(desk.settings))
    return siret if isinstance(siret, Siret) else _wrong("--siret", company_message(siret.reason))


def _name(text: str, field: str) -> PersonName:
    name = parse_name(text)
    return (
        _wrong(f"--{field}", name_message(name.reason)) if isinstance(name, NameRefused) else name
    )


def _wrong(option: str, sentence: str) -> NoReturn:
    refuse(f"{option} is refused: {sentence}")


def _told(answer: Person | PersonRefusal, *, as_json: bool, done: str) -> None:
    if isinstance(answer, PersonRefusal):
        refuse(answer.value)
    if as_json:
        print_json(_members(answer))
    else:
        say(f"{answer.family_name} {answer.given_name} ({answer.siret.grouped}) {done}.")
        click.echo(answer.sub)


def _show(person: Person, *, as_json: bool) -> None:
    if as_json:
        print_json(_members(person))
        return
    roles = ", ".join(sorted(role.value for role in person.roles))
    click.echo(
        f"{person.sub}  {person.siret.grouped}  {person.family_name} {person.given_name}  "
        f"{person.state.value}  {roles}"
    )


def _members(person: Person) -> dict[str, Any]:
    return {
        "sub": person.sub,
        "siret": person.siret.digits,
        "nom": person.family_name,
        "prenom": person.given_name,
        "email": person.email,
        "email_validated_at": person.email_validated_at,
        "state": person.state.value,
        "roles": sorted(role.value for role in person.roles),
    }
