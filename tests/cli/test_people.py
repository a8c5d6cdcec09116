"""`mag people`: registering, finding, renaming, striking off."""

import json
import logging

import pytest

from tests.cli.terminal import Terminal

PASSWORD = "Mississippi1876"
SIRET = ("--siret", "970 505 517 00072")
TOM = ("--nom", "SAWYER", "--prenom", "TOM")
REST = ("--email", "tom@toment.example", "--role", "declarant", "--password-stdin")
ADD = ("people", "add", *SIRET, *TOM, *REST)


@pytest.fixture
def tom(terminal: Terminal) -> str:
    return terminal.json(*ADD, typed=f"{PASSWORD}\n")["sub"]


def test_add_prints_the_person_and_no_password(
    terminal: Terminal, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    answer = terminal.done(*ADD, "--role", "administrateur", "--json", typed=f"{PASSWORD}\n")
    assert answer.stderr == ""
    assert PASSWORD not in answer.output + caplog.text
    person = json.loads(answer.stdout)
    assert terminal.json_lines("people", "list") == [person]
    assert person["siret"] == "97050551700072"
    assert (person["nom"], person["prenom"]) == ("SAWYER", "TOM")
    assert person["roles"] == ["administrateur", "declarant"]
    assert person["state"] == "actif"
    assert person["email_validated_at"].endswith("Z")
    assert set(person) == {
        *("sub", "siret", "nom", "prenom", "email", "email_validated_at", "state", "roles")
    }


def test_add_without_json_prints_the_sub_alone_and_tells_the_rest_aside(terminal: Terminal):
    answer = terminal.done(*ADD, typed=f"{PASSWORD}\n")
    (person,) = terminal.json_lines("people", "list")
    assert answer.stdout == f"{person['sub']}\n"
    assert "SAWYER TOM" in answer.stderr


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_password_is_one_line_of_standard_input(terminal: Terminal, ending: str):
    terminal.done(*ADD, typed=f"{PASSWORD}{ending}")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "lettres"),
        ("abcdefgh", "Au moins 2 chiffres"),
        ("12345678", "Au moins 6 lettres"),
        ("Mississippi1876Mississippi", "Au plus 20 caractères"),
    ],
)
def test_a_password_against_the_policy_is_refused_with_the_rule_it_breaks(
    terminal: Terminal, password: str, said: str
):
    assert said in terminal.sentence(*ADD, typed=f"{password}\n")
    assert terminal.json_lines("people", "list") == []


def test_a_password_is_never_taken_from_the_command_line(terminal: Terminal):
    answer = terminal.type(*ADD, "--password", PASSWORD)
    assert answer.exit_code == 2


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"--siret": "970 505 517 00073"}, "--siret"),
        ({"--siret": "123"}, "--siret"),
        ({"--nom": "SAW\u202eYER"}, "--nom"),
        ({"--prenom": "  "}, "--prenom"),
        ({"--email": "tom"}, "e-mail"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_option(
    terminal: Terminal, changes: dict[str, str], option: str
):
    words = list(ADD)
    for name, value in changes.items():
        words[words.index(name) + 1] = value
    assert option in terminal.sentence(*words, typed=f"{PASSWORD}\n")


@pytest.mark.usefixtures("tom")
def test_the_same_name_in_another_writing_is_the_same_person(terminal: Terminal):
    words = [word.lower() if word in {"SAWYER", "TOM"} else word for word in ADD]
    assert "already" in terminal.sentence(*words, typed=f"{PASSWORD}\n")


def test_people_are_listed_by_siret_however_it_is_written(terminal: Terminal, tom: str):
    assert [
        p["sub"] for p in terminal.json_lines("people", "list", "--siret", "970.505.517.00072")
    ] == [tom]
    assert terminal.json_lines("people", "list", "--siret", "999 000 276 00017") == []
    assert "970 505 517 00072" in terminal.done("people", "list").stdout.replace("\u00a0", " ")


def test_a_renamed_person_keeps_the_sub(terminal: Terminal, tom: str):
    renamed = terminal.json("people", "rename", tom, "--nom", "THATCHER", "--prenom", "TOM")
    assert (renamed["sub"], renamed["nom"]) == (tom, "THATCHER")


def test_a_struck_off_person_stays_listed_as_such(terminal: Terminal, tom: str):
    assert terminal.json("people", "radiate", tom)["state"] != "actif"
    (person,) = terminal.json_lines("people", "list")
    assert person["state"] == "radie"


def test_an_address_is_validated_later(terminal: Terminal):
    sub = terminal.json(*ADD, "--email-not-validated", typed=PASSWORD)["sub"]
    (person,) = terminal.json_lines("people", "list")
    assert person["email_validated_at"] is None
    assert terminal.json("people", "validate-email", sub)["email_validated_at"].endswith("Z")


@pytest.mark.parametrize(
    "words",
    [
        ("radiate", "nobody"),
        ("validate-email", "nobody"),
        ("rename", "nobody", "--nom", "A", "--prenom", "B"),
    ],
    ids=" ".join,
)
def test_a_sub_that_does_not_exist_is_a_sentence(terminal: Terminal, words: tuple[str, ...]):
    assert "mag people list" in terminal.sentence("people", *words)
