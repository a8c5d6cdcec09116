"""`mag links`: one link from options, a campaign from a file, and what becomes of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Terminal
from tests.rooms.links.asked import asked

ONE = (
    *("--siret", "97050551700072", "--nom", "SAWYER", "--prenom", "TOM"),
    *("--email", "tom.sawyer@toment.example", "--kind", "information"),
    *("--message", "taux-at-mp", "--target", "http://klesia.localhost:8500/taux"),
)


@pytest.fixture
def sender(terminal: Terminal) -> Terminal:
    """Give a terminal where a partner is registered that may send links."""
    origin = "http://klesia.localhost:8500"
    terminal.done(
        *("partners", "add", "klesia", "--name", "KLESIA", "--sandbox"),
        *("--redirect-uri", f"{origin}/mag/callback", "--target", f"{origin}/taux"),
        *("--initiate-login-uri", f"{origin}/mag/start"),
    )
    return terminal


def test_one_link_is_made_from_options(sender: Terminal) -> None:
    words = ("--word", "organisme=CARSAT", "--word", "contact=a=b", "--reference", "avis 7")
    notice = ("--kind", "notification", "--message", "notification-taux-at-mp")
    since = ("--made-available-at", datetime.now(UTC).isoformat())
    made = sender.json("links", "create", "klesia", *ONE, *notice, *since, *words)
    assert (made["line"], made["reference"]) == (1, "avis 7")
    shown = sender.json("links", "show", made["id"])
    assert shown["words"] == {"organisme": "CARSAT", "contact": "a=b"}
    assert shown["addressee"]["nom"] == "SAWYER"
    assert (shown["client_id"], shown["state"]) == ("klesia", "active")


def test_who_sends_the_mail_is_given_the_address(sender: Terminal) -> None:
    printed = sender.done("links", "create", "klesia", *ONE, "--delivery", "own").stdout.strip()
    assert printed.startswith("http://mag.localhost:8400/l/")


def campaign(tmp_path: Path, *lines: Any) -> str:
    file = tmp_path / "campaign.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(file)


def test_a_file_makes_a_link_a_line_and_names_the_bad_ones(
    sender: Terminal, tmp_path: Path
) -> None:
    file = campaign(tmp_path, asked(reference="a"), asked(kind="avis"), asked(reference="c"))
    answer = sender.type("links", "create", "klesia", file, "--json")
    assert answer.exit_code == 1
    told = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [(line["line"], line.get("member")) for line in told] == [
        (1, None),
        (2, "kind"),
        (3, None),
    ]
    assert "2 links made, 1 refused." in answer.stderr
    plain = sender.type("links", "create", "klesia", file)
    assert "Line 2: kind: " in plain.stderr


def test_a_campaign_longer_than_a_call_keeps_its_numbers(sender: Terminal, tmp_path: Path) -> None:
    line = asked()
    file = campaign(tmp_path, *[line] * 10_000, asked(kind="avis"), asked(reference="last"))
    answer = sender.type("links", "create", "klesia", file, "--json")
    told = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [one["line"] for one in told] == list(range(1, 10_003))
    assert (told[10_000]["member"], told[10_001]["reference"]) == ("kind", "last")


def test_lines_come_from_standard_input_too(sender: Terminal) -> None:
    (told,) = sender.json_lines("links", "create", "klesia", "-", typed=json.dumps(asked()))
    assert told["id"].startswith("lnk_")


def test_links_are_listed_newest_first_and_filtered(sender: Terminal, tmp_path: Path) -> None:
    file = campaign(tmp_path, *[asked(reference=str(n)) for n in range(3)])
    sender.done("links", "create", "klesia", file)
    told = sender.json_lines("links", "list", "klesia", "--limit", "2")
    assert [link["reference"] for link in told] == ["2", "1"]
    last = told[-1]["id"]
    rest = sender.json_lines("links", "list", "klesia", "--after", last)
    assert [link["reference"] for link in rest] == ["0"]
    found = sender.json_lines("links", "list", "klesia", "--reference", "1", "--state", "active")
    assert [link["reference"] for link in found] == ["1"]
    plain = sender.done("links", "list", "klesia", "--limit", "1")
    assert "active" in plain.stdout
    assert "--after lnk_" in plain.stderr
    assert sender.json_lines("links", "list", "klesia", "--siret", "999 000 276 00017") == []


def test_a_link_is_revoked_and_then_cannot_be_extended(sender: Terminal) -> None:
    link_id = sender.json("links", "create", "klesia", *ONE)["id"]
    until = "2026-12-31T23:00:00Z"
    extended = sender.json("links", "extend", link_id, "--expires-at", until)
    assert extended["expires_at"] == until
    assert sender.json("links", "revoke", link_id)["state"] == "revoked"
    sentence = sender.sentence("links", "extend", link_id, "--expires-at", until)
    assert "revoked or expired" in sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "lnk_x"), "No link lnk_x"),
        (("revoke", "lnk_x"), "No link lnk_x"),
        (("extend", "lnk_x", "--expires-at", "2026-12-31T23:00:00Z"), "No link lnk_x"),
        (("list", "nobody"), "No partner nobody"),
        (("list", "klesia", "--after", "lnk_x"), "no link lnk_x"),
        (("list", "klesia", "--siret", "1"), "is no SIRET"),
        (("create", "nobody", *ONE), "No partner nobody"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    sender: Terminal, words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in sender.sentence("links", *words)


@pytest.mark.parametrize(
    "words",
    [
        ("create", "klesia"),
        ("create", "klesia", "-", *ONE),
        ("extend", "lnk_x"),
        ("create", "klesia", "--kind", "avis"),
    ],
)
def test_wrong_usage_is_told_apart(sender: Terminal, words: tuple[str, ...]) -> None:
    answer = sender.type("links", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
