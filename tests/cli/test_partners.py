"""`mag partners`: registering, changing, rotating a secret."""

import logging
import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

CALLBACK = "https://klesia.example/mag/callback"
ORIGIN = "https://klesia.example"
ADD = ("partners", "add", "klesia", "--name", "KLESIA Pro")
ADDRESSES = ("--redirect-uri", CALLBACK, "--origin", ORIGIN)


@pytest.fixture
def registered(terminal: Terminal) -> Terminal:
    terminal.done(*ADD, *ADDRESSES)
    return terminal


def test_add_prints_the_partner_and_its_secret_as_one_object(terminal: Terminal):
    added = terminal.json(*ADD, *ADDRESSES, "--theme", "klesia", "--alg", "RS256")
    assert added["client_id"] == "klesia"
    assert added["name"] == "KLESIA Pro"
    assert added["theme"] == "klesia"
    assert added["alg"] == "RS256"
    assert added["redirect_uris"] == [CALLBACK]
    assert added["origins"] == [ORIGIN]
    assert added["sandbox"] is False
    assert len(added["client_secret"]) >= 43


def test_add_without_json_prints_the_secret_alone(terminal: Terminal):
    answer = terminal.done(*ADD, *ADDRESSES)
    assert re.fullmatch(r"[\w-]{43,}\n", answer.stdout)
    assert "shown this once" in answer.stderr
    assert answer.stdout.strip() not in answer.stderr


def test_a_secret_is_shown_once_and_written_nowhere(
    terminal: Terminal, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    secret = terminal.json(*ADD, *ADDRESSES)["client_secret"]
    second = terminal.json("partners", "secrets", "add", "klesia")["client_secret"]
    assert second != secret
    for words in (
        ("partners", "list"),
        ("partners", "show", "klesia"),
        ("partners", "secrets", "list", "klesia"),
        ("partners", "edit", "klesia", "--name", "KLESIA"),
    ):
        for form in ((), ("--json",)):
            output = terminal.done(*words, *form).output
            assert secret not in output
            assert second not in output
    sqlite3.connect(tmp_path / "mag.db").execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    for file in tmp_path.iterdir():
        assert secret.encode() not in file.read_bytes(), file
    assert secret not in caplog.text


def test_show_and_list_tell_the_same_of_a_partner(registered: Terminal):
    shown = registered.json("partners", "show", "klesia")
    assert registered.json_lines("partners", "list") == [shown]
    assert "KLESIA Pro" in registered.done("partners", "list").stdout
    lines = registered.done("partners", "show", "klesia").stdout.splitlines()
    assert any(line.split() == ["redirect_uris", CALLBACK] for line in lines)


def test_edit_replaces_a_whole_list_and_leaves_the_rest(registered: Terminal):
    before = registered.json("partners", "show", "klesia")
    addresses = ("--redirect-uri", "https://a.example/x", "--redirect-uri", "https://b.example/y")
    after = registered.json("partners", "edit", "klesia", *addresses)
    assert after == before | {"redirect_uris": ["https://a.example/x", "https://b.example/y"]}
    assert registered.json("partners", "show", "klesia") == after


def test_an_empty_word_empties_a_list_or_a_value(registered: Terminal):
    logout = ("--post-logout-redirect-uri", f"{ORIGIN}/")
    acr = ("--minimum-acr", "http://mag.localhost:8400/acr/password")
    registered.done("partners", "edit", "klesia", *logout)
    edited = registered.json("partners", "edit", "klesia", "--post-logout-redirect-uri", "")
    assert edited["post_logout_redirect_uris"] == []
    assert registered.json("partners", "edit", "klesia", *acr)["minimum_acr"] == acr[1]
    assert registered.json("partners", "edit", "klesia", "--minimum-acr", "")["minimum_acr"] is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--redirect-uri", "http://klesia.example/cb"), "http://klesia.example/cb is refused: "),
        (("--redirect-uri", "https://klesia.example/cb#x"), "is refused: "),
        (("--redirect-uri", "javascript:alert(1)"), "is refused: "),
        (("--redirect-uri", CALLBACK, "--origin", f"{ORIGIN}/page"), "is refused: "),
        (("--redirect-uri", "http://klesia.localhost:8500/cb"), "is refused: "),
        ((*ADDRESSES, "--theme", "nulle-part"), "nulle-part"),
        ((*ADDRESSES, "--minimum-acr", "tres-fort"), "/acr/two-factor"),
        ((*ADDRESSES, "--theme", ""), 'The theme "" does not exist'),
        ((*ADDRESSES, "--name", ""), "--name"),
        ((*ADDRESSES, "--name", "  "), "--name"),
        ((*ADDRESSES, "--name", "K" * 101), "100 characters"),
        ((), "--redirect-uri"),
    ],
)
def test_a_wrong_partner_is_refused_with_the_thing_at_fault(
    terminal: Terminal, wrong: tuple[str, ...], said: str
):
    assert said in terminal.sentence(*ADD, *wrong)
    assert terminal.json_lines("partners", "list") == []


@pytest.mark.parametrize("option", ["--name", "--theme"])
def test_what_a_partner_cannot_do_without_is_not_emptied(registered: Terminal, option: str):
    before = registered.json("partners", "show", "klesia")
    assert option.removeprefix("--") in registered.sentence(
        "partners", "edit", "klesia", f"{option}="
    )
    assert registered.json("partners", "show", "klesia") == before


@pytest.mark.parametrize("name", ["KLESIA\nPro", "KLESIA\x1b[31m", "KLESIA\u2028Pro"])
def test_a_name_of_two_lines_or_with_a_control_is_wrong_usage(terminal: Terminal, name: str):
    answer = terminal.type("partners", "add", "klesia", "--name", name, *ADDRESSES)
    assert answer.exit_code == 2
    assert "Invalid value for '--name': it holds a line break" in answer.stderr
    assert terminal.json_lines("partners", "list") == []


def test_a_name_may_hold_a_no_break_space(terminal: Terminal):
    name = "KLESIA\u00a0Pro"
    added = terminal.json("partners", "add", "klesia", "--name", name, *ADDRESSES)
    assert added["name"] == name


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999"])
def test_a_secret_has_a_number_that_a_database_can_hold(registered: Terminal, number: str):
    answer = registered.type("partners", "secrets", "retire", "klesia", "--", number)
    assert answer.exit_code == 2
    assert "not in the range" in answer.stderr


def test_an_unknown_theme_is_refused_when_editing_and_those_that_exist_are_named(
    registered: Terminal,
):
    sentence = registered.sentence("partners", "edit", "klesia", "--theme", "nulle-part")
    assert "nulle-part" in sentence
    assert "mag themes list" in sentence or "net-entreprises" in sentence
    assert registered.json("partners", "show", "klesia")["theme"] == "net-entreprises"


def test_a_theme_of_ones_own_folder_is_accepted(terminal: Terminal, tmp_path: Path):
    own = tmp_path / "themes"
    shipped = Path(__file__).resolve().parents[2] / "themes" / "reference"
    (own / "maison").mkdir(parents=True)
    for file in shipped.iterdir():
        (own / "maison" / file.name).write_bytes(file.read_bytes())
    terminal.environ["MAG_THEMES_DIR"] = str(own)
    assert terminal.json(*ADD, *ADDRESSES, "--theme", "maison")["theme"] == "maison"


def test_a_sandbox_partner_may_live_on_this_machine(terminal: Terminal):
    local = ("--redirect-uri", "http://klesia.localhost:8500/cb", "--sandbox")
    assert terminal.json(*ADD, *local)["sandbox"] is True


def test_the_same_partner_twice_is_refused(registered: Terminal):
    assert "klesia" in registered.sentence(*ADD, *ADDRESSES)


@pytest.mark.parametrize(
    "words",
    [
        ("show", "personne"),
        ("edit", "personne", "--name", "X"),
        ("secrets", "list", "personne"),
        ("secrets", "add", "personne"),
        ("secrets", "retire", "personne", "1"),
    ],
    ids=" ".join,
)
def test_a_partner_that_does_not_exist_is_a_sentence(terminal: Terminal, words: tuple[str, ...]):
    assert "personne" in terminal.sentence("partners", *words)


def test_a_secret_is_rotated_with_two_valid_in_between(registered: Terminal):
    added = registered.json("partners", "secrets", "add", "klesia")
    assert set(added) == {"client_id", "number", "client_secret"}
    listed = registered.json_lines("partners", "secrets", "list", "klesia")
    assert [sorted(line) for line in listed] == [["created_at", "number"]] * 2
    assert all(line["created_at"].endswith("Z") for line in listed)
    first = str(listed[0]["number"])
    retired = registered.json("partners", "secrets", "retire", "klesia", first)
    assert retired == {"client_id": "klesia", "number": listed[0]["number"], "retired": True}
    (left,) = registered.json_lines("partners", "secrets", "list", "klesia")
    assert left["number"] == added["number"]


def test_a_third_secret_and_the_last_one_are_refused(registered: Terminal):
    registered.done("partners", "secrets", "add", "klesia")
    assert "retire" in registered.sentence("partners", "secrets", "add", "klesia")
    numbers = [
        str(line["number"])
        for line in registered.json_lines("partners", "secrets", "list", "klesia")
    ]
    registered.done("partners", "secrets", "retire", "klesia", numbers[0])
    registered.sentence("partners", "secrets", "retire", "klesia", numbers[0])
