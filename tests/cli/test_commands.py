"""What holds for every command."""

import subprocess
import sys

import pytest

from tests.cli.terminal import Terminal, every_command
from tests.demo.running import ROOT, clean_environment

COMMANDS = dict(every_command())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_says_what_it_does_and_gives_an_example(words: tuple[str, ...]):
    helped = Terminal().type(*words, "--help")
    assert helped.exit_code == 0
    assert "Example: " in helped.stdout
    example = " ".join(helped.stdout.split("Example: ", 1)[1].split("\n\n")[0].split())
    if not hasattr(COMMANDS[words], "commands"):
        assert f"mag {' '.join(words)}" in example
    assert f"mag {words[0]}" in example


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_unknown_option_is_wrong_usage(words: tuple[str, ...]):
    answer = Terminal().type(*words, "--no-such-option")
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "No such" in answer.stderr


def test_every_command_that_prints_offers_json():
    silent = {"serve", "worker", "demo"}
    for words, command in COMMANDS.items():
        # An export is JSON lines and nothing else.
        if hasattr(command, "commands") or words[0] in silent or words[-1] == "export":
            continue
        assert any(option.name == "as_json" for option in command.params), words


def test_the_installed_command_runs_and_says_its_version():
    answer = subprocess.run(
        [sys.executable, "-m", "mag_server", "--version"],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("mag, version ")


def test_no_command_is_wrong_usage_and_lists_them():
    answer = Terminal().type()
    assert answer.exit_code == 2
    assert "partners" in answer.output


@pytest.mark.parametrize(
    "words",
    [
        ("partners", "add", "klesia"),
        ("partners", "show"),
        ("partners", "secrets", "retire", "klesia", "first"),
        ("people", "add", "--siret", "97050551700072"),
        ("people", "add", "--role", "chef"),
        ("keys", "list", "now"),
        ("themes", "check", "/nowhere/at/all"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_apart_from_a_refusal(terminal: Terminal, words: tuple[str, ...]):
    answer = terminal.type(*words)
    assert answer.exit_code == 2
    assert "Usage: mag " in answer.stderr
    assert answer.stdout == ""
