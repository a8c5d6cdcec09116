"""`mag mail`: the outbox, sent by hand, looked at, tried again; and the bounces that come back."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import click

from mag_server.base.bounces import parse_report
from mag_server.base.smtp import Relay
from mag_server.cli._command import Desk, json_option, print_json, refuse, say
from mag_server.rooms.links.actions import tell_deliveries
from mag_server.rooms.mail.actions import (
    count_due,
    deliver_next,
    list_letters,
    retry_letters,
    take_bounce,
)
from mag_server.rooms.mail.model import LetterState


@click.group()
def mail() -> None:
    """Look at the outbox, send it, and take the bounces that come back.

    Example: mag mail list --state dead
    """


@mail.command("send")
@click.option("--dry-run", is_flag=True, help="Say how many mails would be sent, and send none.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@json_option
def send_command(*, dry_run: bool, limit: int | None, as_json: bool) -> None:
    """Send what is due now, without `mag serve`.

    Example: mag mail send --limit 100
    """
    desk = Desk()
    due = count_due(desk.work())
    wanted = due if limit is None else min(limit, due)
    if dry_run:
        _tell({"due": due, "would_send": wanted}, as_json=as_json)
        return
    if desk.settings.smtp is None:
        refuse("MAG_SMTP_URL is not set: write smtp://host:25 or smtps://user:password@host.")
    helo = urlsplit(desk.settings.issuer).hostname or "localhost"
    relay = Relay(desk.settings.smtp, helo=helo)
    tried = _send(desk, relay, wanted=wanted)
    while tell_deliveries(desk.work()):
        pass
    _tell({"due": due, "tried": tried}, as_json=as_json)


def _send(desk: Desk, relay: Relay, *, wanted: int) -> int:
    pause = 1 / desk.settings.mails_per_second
    tried = 0
    with click.progressbar(range(wanted), label="Sending", file=sys.stderr) as bar:
        for _ in bar:
            if deliver_next(desk.work(), relay=relay) is None:
                break
            tried += 1
            time.sleep(pause)
    relay.close()
    return tried


def _tell(members: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        print_json(members)
    else:
        click.echo(
            ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in members.items())
        )


@mail.command("list")
@click.option("--state", type=click.Choice([one.value for one in LetterState]))
@click.option(
    "--after", type=click.IntRange(0, 2**63 - 1), default=0, help="Go on after this number."
)
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True)
@json_option
def list_command(*, state: str | None, after: int, limit: int, as_json: bool) -> None:
    """List letters, oldest first; dead ones say what the relay answered.

    Example: mag mail list --state dead --json
    """
    wanted = LetterState(state) if state else None
    for number, letter in list_letters(Desk().work(), state=wanted, after=after, most=limit):
        if as_json:
            print_json({"number": number, **vars(letter), "state": letter.state.value})
        else:
            said = letter.answer or ""
            click.echo(f"{number:>8}  {letter.state.value:9} {letter.reference}  {said}")


@mail.command("retry")
@click.argument("letters", metavar="[LETTER]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
@json_option
def retry_command(*, letters: tuple[str, ...], every: bool, as_json: bool) -> None:
    """Let dead letters wait again: the named ones, or all of them.

    Example: mag mail retry --all
    """
    if bool(letters) == every:
        raise click.UsageError("Name letters, or give --all.")
    count = retry_letters(Desk().work(), letter_ids=None if every else letters)
    if as_json:
        print_json({"waiting": count})
    else:
        say(f"{count} letters wait again.")


@mail.command("bounces")
@click.argument("maildir", type=click.Path(exists=True, path_type=Path), required=False)
@json_option
def bounces_command(*, maildir: Path | None, as_json: bool) -> None:
    """Take delivery reports (RFC 3464): one from standard input, or all of a MAILDIR.

    What was dealt with in the maildir is moved to its `cur`, reports of something else too; what
    was not stays in `new` for the next run. A report that comes twice changes nothing.

    Example: mag mail bounces /var/mail/bounces
    """
    desk = Desk()
    kept = "hand the report in again" if maildir is None else "what is left in `new` waits"
    taken = seen = 0
    with desk.refusing_when_away(f"The database does not answer any more: {kept}, run it again."):
        for octets in _typed() if maildir is None else _found_in(maildir):
            reference = take_bounce(desk.work(), mail=parse_report(octets))
            seen += 1
            taken += reference is not None
            if as_json and reference is not None:
                print_json({"reference": reference})
        while tell_deliveries(desk.work()):
            pass
    say(f"{taken} bounces taken, {seen - taken} other mails ignored.")


def _typed() -> Iterator[bytes]:
    yield sys.stdin.buffer.read()


def _found_in(maildir: Path) -> Iterator[bytes]:
    """Yield each new mail; move it once the next is asked for, and so not if this one failed."""
    if not (maildir / "new").is_dir():
        refuse(f"{maildir} is no maildir: it has no folder `new`.")
    try:
        (maildir / "cur").mkdir(exist_ok=True)
        for path in sorted((maildir / "new").iterdir()):
            with suppress(FileNotFoundError):  # another run has just moved it
                if path.is_file():
                    yield path.read_bytes()
                    path.rename(maildir / "cur" / f"{path.name}:2,")
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}. Mails of `new` not dealt with wait there.")
