"""`mag mail`, `mag receipts` and `mag people erase`, typed."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.cli.terminal import Terminal
from tests.cli.test_links import ONE
from tests.rooms.mail.relay import TestRelay, running_relay
from tests.rooms.mail.test_bounces import REPORT


@pytest.fixture
def smtp() -> Iterator[TestRelay]:
    """Give a relay that takes every mail."""
    with running_relay() as relay:
        yield relay


@pytest.fixture
def sender(terminal: Terminal, smtp: TestRelay) -> Terminal:
    """Give a terminal with a partner, a relay, and one link whose mail waits."""
    origin = "http://klesia.localhost:8500"
    terminal.environ["MAG_SMTP_URL"] = f"smtp://127.0.0.1:{smtp.port}"
    terminal.done(
        *("partners", "add", "klesia", "--name", "KLESIA", "--sandbox"),
        *("--redirect-uri", f"{origin}/mag/callback", "--target", f"{origin}/taux"),
        *("--initiate-login-uri", f"{origin}/mag/start"),
    )
    terminal.done("links", "create", "klesia", *ONE)
    return terminal


def database(terminal: Terminal) -> sqlite3.Connection:
    return sqlite3.connect(terminal.environ["MAG_DATABASE_URL"].removeprefix("sqlite:///"))


def test_a_dry_run_sends_nothing(sender: Terminal, smtp: TestRelay):
    assert sender.json("mail", "send", "--dry-run") == {"due": 1, "would_send": 1}
    assert smtp.taken == []


def test_what_is_due_is_sent_and_recorded(sender: Terminal, smtp: TestRelay):
    assert sender.json("mail", "send", "--limit", "5") == {"due": 1, "tried": 1}
    assert len(smtp.taken) == 1
    (letter,) = sender.json_lines("mail", "list", "--state", "sent")
    told = sender.json_lines("receipts", "list", letter["reference"])
    assert [one["stage"] for one in told] == ["submitted", "relayed"]
    assert "token" not in json.dumps(letter)
    assert "gAAAA" not in json.dumps(letter)


def test_without_a_relay_it_says_what_to_write(sender: Terminal):
    del sender.environ["MAG_SMTP_URL"]
    assert "MAG_SMTP_URL is not set" in sender.sentence("mail", "send")


def test_dead_letters_are_listed_and_wait_again(sender: Terminal, smtp: TestRelay):
    smtp.answers = ["550 no such user"]
    sender.done("mail", "send")
    assert "550 no such user" in sender.done("mail", "list", "--state", "dead").stdout
    assert sender.type("mail", "retry").exit_code == 2
    assert sender.type("mail", "retry", "x", "--all").exit_code == 2
    assert "1 letters wait again" in sender.done("mail", "retry", "--all").stderr
    sender.done("mail", "send")
    assert len(smtp.taken) == 1


def bounced(sender: Terminal) -> str:
    (letter,) = sender.json_lines("mail", "list")
    to = f"bounces+{letter['letter_id']}@mag.localhost"
    return REPORT.format(to=to, action="failed", message_id="<x@y>")


def test_a_bounce_is_taken_from_a_pipe(sender: Terminal):
    sender.done("mail", "send")
    report = bounced(sender)
    assert "1 bounces taken" in sender.done("mail", "bounces", typed=report).stderr
    assert "0 bounces taken" in sender.done("mail", "bounces", typed=report).stderr


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """Give an empty maildir."""
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "box" / folder).mkdir(parents=True)
    return tmp_path / "box"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_bounces_are_taken_from_a_maildir_and_moved(
    sender: Terminal, maildir: Path, tmp_path: Path
):
    sender.done("mail", "send")
    (maildir / "new" / "1.host").write_text(bounced(sender))
    (told,) = sender.json_lines("mail", "bounces", str(maildir))
    assert told["reference"].startswith("lnk_")
    assert names(maildir / "new") == []
    assert names(maildir / "cur") == ["1.host:2,"]
    assert "no maildir" in sender.sentence("mail", "bounces", str(tmp_path))


def test_a_report_that_cannot_be_read_keeps_no_other_from_being_taken(
    sender: Terminal, maildir: Path
):
    sender.done("mail", "send")
    report = bounced(sender).encode()
    hostile = {
        "1.of-somebody-else": b"Subject: I am on holiday\n\n\xe9",
        "2.deep": b"Content-Type: message/rfc822\n\n" * 2000,
        "3.eight-bit": report.replace(b"Action: failed", b"Action: f\xe9"),
        "4.empty": b"",
        "5.good": report.replace(b"user unknown", b"\xe9\0"),
    }
    for name, octets in hostile.items():
        (maildir / "new" / name).write_bytes(octets)
    said = sender.done("mail", "bounces", str(maildir)).stderr
    assert "1 bounces taken, 4 other mails ignored" in said
    assert names(maildir / "new") == []
    assert len(names(maildir / "cur")) == 5


def bounced_thrice(sender: Terminal, maildir: Path) -> None:
    """Send three letters, and put a report of each into the maildir."""
    for _ in range(2):
        sender.done("links", "create", "klesia", *ONE)
    sender.done("mail", "send")
    for letter in sender.json_lines("mail", "list"):
        to = f"bounces+{letter['letter_id']}@mag.localhost"
        report = REPORT.format(to=to, action="failed", message_id="<x@y>")
        (maildir / "new" / f"{letter['number']}.host").write_text(report)


@contextmanager
def when_one_is_moved(maildir: Path, *, happens: Callable[[Any], None]) -> Iterator[None]:
    """Let something happen at the first transaction after a report was moved to `cur`."""

    def begin(connection: Any) -> None:
        if names(maildir / "cur"):
            happens(connection.connection.dbapi_connection)

    event.listen(Engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(Engine, "begin", begin)


def test_a_database_that_goes_away_loses_no_bounce(sender: Terminal, maildir: Path):
    bounced_thrice(sender, maildir)
    other = sqlite3.connect(
        sender.environ["MAG_DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None
    )

    def lock(ours: sqlite3.Connection) -> None:
        ours.execute("PRAGMA busy_timeout=1")
        other.execute("BEGIN IMMEDIATE")

    with when_one_is_moved(maildir, happens=lock):
        said = sender.sentence("mail", "bounces", str(maildir))
    assert said.startswith("The database does not answer any more")
    assert "`new`" in said
    assert names(maildir / "cur") == ["1.host:2,"]
    assert names(maildir / "new") == ["2.host", "3.host"]
    other.close()
    assert "2 bounces taken" in sender.done("mail", "bounces", str(maildir)).stderr
    assert len(sender.json_lines("mail", "list", "--state", "dead")) == 3


def test_a_run_that_is_broken_off_loses_no_bounce(sender: Terminal, maildir: Path):
    bounced_thrice(sender, maildir)

    def end(_ours: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    with when_one_is_moved(maildir, happens=end):
        assert sender.type("mail", "bounces", str(maildir)).exit_code == 1
    assert names(maildir / "new") == ["2.host", "3.host"]
    assert "2 bounces taken" in sender.done("mail", "bounces", str(maildir)).stderr
    assert len(sender.json_lines("mail", "list", "--state", "dead")) == 3


def test_a_report_that_was_taken_and_not_moved_is_moved_by_the_next_run(
    sender: Terminal, maildir: Path
):
    sender.done("mail", "send")
    sender.done("mail", "bounces", typed=bounced(sender))
    (maildir / "new" / "1.host").write_text(bounced(sender))
    assert "0 bounces taken" in sender.done("mail", "bounces", str(maildir)).stderr
    assert names(maildir / "cur") == ["1.host:2,"]


def test_a_maildir_that_cannot_be_written_is_named(sender: Terminal, maildir: Path):
    sender.done("mail", "send")
    (maildir / "cur").rmdir()
    (maildir / "cur").write_text("no folder")
    (maildir / "new" / "1.host").write_text(bounced(sender))
    assert f"{maildir / 'cur'}: File exists" in sender.sentence("mail", "bounces", str(maildir))
    assert names(maildir / "new") == ["1.host"]


def test_the_log_is_sequenced_exported_and_verified(sender: Terminal):
    sender.done("mail", "send")
    assert sender.json("receipts", "sequence") == {"sequenced": 2}
    exported = [json.loads(line) for line in sender.done("receipts", "export").stdout.splitlines()]
    assert [one["position"] for one in exported] == [0, 1]
    verified = sender.done("receipts", "verify")
    assert "2 receipts verified, 0 damages, 0 waiting" in verified.stderr


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("UPDATE receipts SET jws = replace(jws, '.', '.A') WHERE position = 1", "signature"),
        ("UPDATE receipts SET stage = 'consulted' WHERE position = 0", "something else"),
        ("UPDATE receipts SET number = 7 WHERE position = 1", "number"),
        ("DELETE FROM receipts WHERE position = 0", "no receipt has this position"),
        ("DELETE FROM receipts WHERE position = 1", "there are fewer"),
        (
            "UPDATE tree_checkpoints SET jws = (SELECT jws FROM receipts LIMIT 1)",
            "checkpoint's signature",
        ),
        ("UPDATE tree_checkpoints SET root = x'00'", "another tree"),
    ],
)
def test_each_damage_is_found_at_its_place(sender: Terminal, damage: str, what: str):
    sender.done("mail", "send")
    sender.done("receipts", "sequence")
    with database(sender) as connection:
        connection.execute(damage)
    connection.close()
    found = sender.type("receipts", "verify", "--json")
    assert found.exit_code == 1
    damages = [json.loads(line) for line in found.stdout.splitlines()]
    assert any(what in one["what"] for one in damages), damages


def test_a_person_is_erased_and_the_log_still_verifies(sender: Terminal):
    person = sender.json(
        *("people", "add", "--siret", "97050551700072", "--nom", "SAWYER", "--prenom", "TOM"),
        *("--email", "tom.sawyer@toment.example", "--role", "declarant", "--password-stdin"),
        typed="Mississippi1876\n",
    )
    sender.done("mail", "send")
    sender.done("receipts", "sequence")
    (before,) = sender.json_lines("links", "list", "klesia")
    assert before["addressee"]["nom"] == "SAWYER"
    # A name that begins with a hyphen is no option.
    erased = sender.done("people", "erase", "--yes", "--json", "--", person["sub"])
    told = json.loads(erased.stdout)
    assert told == {"sub": person["sub"], "receipts": 0}
    (after,) = sender.json_lines("links", "list", "klesia")
    assert after["addressee"] == {"siret": "97050551700072", "nom": "", "prenom": "", "email": ""}
    everything = "".join(str(row) for row in database(sender).iterdump())
    assert "tom.sawyer@toment.example" not in everything
    assert "0 damages" in sender.done("receipts", "verify").stderr
    assert "Nothing here is about" in sender.sentence(
        "people", "erase", "--yes", "--", person["sub"]
    )


def test_erasing_asks_first(sender: Terminal):
    assert sender.type("people", "erase", "nobody", typed="n\n").exit_code == 1


NAMES = ("--siret", "970 505 517 00072", "--nom", "sawyer", "--prenom", "tom")


def test_somebody_without_an_account_is_erased_by_names(sender: Terminal):
    assert sender.json("people", "erase", *NAMES, "--yes") == {"sub": None, "receipts": 0}
    assert "tom.sawyer@toment.example" not in "".join(map(str, database(sender).iterdump()))
    assert "Nothing here is about" in sender.sentence("people", "erase", *NAMES, "--yes")


@pytest.mark.parametrize("words", [(), ("sub", *NAMES), NAMES[:4]], ids=len)
def test_a_person_to_erase_is_named_in_one_way(sender: Terminal, words: tuple[str, ...]):
    assert sender.type("people", "erase", *words, "--yes").exit_code == 2


def test_old_traces_are_forgotten_by_command(sender: Terminal):
    assert sender.json("links", "forget-traces") == {"forgotten": 0}
    assert "0 traces" in sender.done("links", "forget-traces").stderr
