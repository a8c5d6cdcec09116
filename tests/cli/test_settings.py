"""Settings that are wrong, and a database that is away: a sentence that says what to do."""

import stat
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.demo.running import free_ports

KEY = "a-key-for-the-tests-only-of-more-than-32-characters"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MAG_ISSUER", "http://mag.example.fr", "https"),
        ("MAG_ISSUER", "https://mag.example.fr/", "no slash"),
        ("MAG_DATABASE_URL", "mysql://x/y", "sqlite:///"),
        ("MAG_DATABASE_URL", "sqlite://", "sqlite:///"),
        ("MAG_DATABASE_URL", "not an address", "sqlite:///"),
        ("MAG_SECRET_KEYS", "short", "32 characters"),
        ("MAG_TRUSTED_PROXIES", "everybody", "everybody"),
        ("MAG_WORKERS", "0", "1 or more"),
        ("MAG_WORKERS", "many", "whole number"),
        ("MAG_LOG_LEVEL", "loud", "info"),
        ("MAG_SQLITE_SYNCHRONOUS", "off", "normal"),
        ("MAG_DEMONSTRATION", "perhaps", "1 or 0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(
    terminal: Terminal, variable: str, value: str, said: str
):
    for words in (("partners", "list"), ("serve",)):
        sentence = terminal.sentence(*words, **{variable: value})
        assert sentence.startswith(f"{variable} is wrong: ")
        assert said in sentence


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_of_another_machine_is_not_called_taken(terminal: Terminal, host: str):
    sentence = terminal.sentence("serve", MAG_BIND=f"{host}:8400")
    assert sentence.startswith(f"MAG cannot listen on {host}:8400 (")
    assert "set MAG_BIND to an address of this machine" in sentence


def test_the_demonstrations_leniency_is_refused_in_production(terminal: Terminal):
    lenient = {"MAG_DEMONSTRATION": "1", "MAG_ISSUER": "https://mag.example.fr"}
    sentence = terminal.sentence("serve", **lenient)
    assert sentence.startswith("MAG_DEMONSTRATION=1 is refused")


def test_postgresql_without_keys_says_how_to_make_one():
    sentence = Terminal().sentence(
        "serve", MAG_DATABASE_URL="postgresql://mag:verysecret@127.0.0.1:1/mag"
    )
    assert sentence.startswith("MAG_SECRET_KEYS is missing: ")
    assert "secrets.token_urlsafe" in sentence
    assert "verysecret" not in sentence


@pytest.mark.parametrize(
    "words",
    [("serve",), ("partners", "list"), ("people", "list"), ("keys", "rotate")],
    ids=" ".join,
)
def test_a_database_that_is_away_is_a_sentence_without_its_password(words: tuple[str, ...]):
    (port,) = free_ports(1)
    sentence = Terminal().sentence(
        *words,
        MAG_DATABASE_URL=f"postgresql://mag:verysecret@127.0.0.1:{port}/mag?connect_timeout=2",
        MAG_SECRET_KEYS=KEY,
    )
    assert "MAG_DATABASE_URL" in sentence
    assert "verysecret" not in sentence


def test_a_database_file_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "a-file").write_text("")
    sentence = Terminal().sentence(
        "partners",
        "list",
        MAG_DATABASE_URL=f"sqlite:///{tmp_path / 'a-file' / 'mag.db'}",
        MAG_SECRET_KEYS=KEY,
    )
    assert "MAG_DATABASE_URL" in sentence or str(tmp_path) in sentence


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path):
    (tmp_path / "mag.db").write_bytes(b"this is a letter, not a database" * 100)
    sentence = Terminal().sentence(
        "partners", "list", MAG_DATABASE_URL=f"sqlite:///{tmp_path / 'mag.db'}", MAG_SECRET_KEYS=KEY
    )
    assert "MAG_DATABASE_URL" in sentence


def test_another_key_than_the_databases_own_is_a_sentence(terminal: Terminal):
    sentence = terminal.sentence(
        "keys", "rotate", MAG_SECRET_KEYS="another-key-of-more-than-32-characters"
    )
    assert "MAG_SECRET_KEYS" in sentence


def test_a_wrong_port_to_listen_on_is_a_sentence(terminal: Terminal):
    assert terminal.sentence("serve", MAG_BIND="everywhere").startswith("MAG_BIND is wrong: ")


def test_the_keys_file_is_made_once_and_closed_to_others(terminal: Terminal, tmp_path: Path):
    (tmp_path / "mag.keys").unlink()
    (tmp_path / "mag.db").unlink()
    terminal.done("partners", "list")
    keys = tmp_path / "mag.keys"
    first = keys.read_text()
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    terminal.done("partners", "list")
    assert keys.read_text() == first
