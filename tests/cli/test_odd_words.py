"""Whatever is typed at a command, it answers with a sentence and never with a trace."""

from collections.abc import Iterator

import click
import pytest

from tests.cli.terminal import Terminal, every_command

PERSON = ("--siret", "97050551700072", "--nom", "SAWYER", "--prenom", "TOM")
CALLBACK = ("--redirect-uri", "https://klesia.example/mag/callback")
# What each command needs before it looks at the word in question; those that run on are left out.
NEEDED: dict[tuple[str, ...], tuple[str, ...]] = {
    ("doctor",): ("--partner", "klesia", "--page", "https://nowhere.invalid/"),
    ("partners", "add"): ("autre", "--name", "Autre", *CALLBACK),
    ("partners", "edit"): ("klesia",),
    ("partners", "show"): ("klesia",),
    ("partners", "secrets", "list"): ("klesia",),
    ("partners", "secrets", "add"): ("klesia",),
    ("partners", "secrets", "retire"): ("klesia", "1"),
    ("people", "add"): (
        *PERSON,
        "--email",
        "a@b.example",
        "--role",
        "declarant",
        "--password-stdin",
    ),
    ("people", "rename"): ("SUB", *PERSON[2:]),
    ("people", "validate-email"): ("SUB",),
    ("people", "erase"): ("--yes", *PERSON),
    ("people", "radiate"): ("SUB",),
    ("links", "create"): ("klesia",),
    ("links", "list"): ("klesia",),
    ("links", "show"): ("lnk_x",),
    ("links", "revoke"): ("lnk_x",),
    ("links", "extend"): ("lnk_x", "--expires-at", "2026-12-31T23:00:00Z"),
    ("mail", "retry"): ("one",),
    ("receipts", "list"): ("lnk_x",),
    ("keys", "compromise"): ("kid",),
}
RUNNING = {"serve", "worker", "demo"}
ODD = {
    "nothing": "",
    "a line break": "a\nb",
    "undecodable": "a\udcff",
    "a number beyond 64 bits": "99999999999999999999",
    "the first instant": "0001-01-01",
    "half an address": "http://[",
    "very long": "x" * 5000,
}


def cases() -> Iterator[tuple[tuple[str, ...], int]]:
    for words, command in every_command():
        if isinstance(command, click.Group) or words[0] in RUNNING:
            continue
        for place, parameter in enumerate(command.params):
            if parameter.name != "help" and not getattr(parameter, "is_flag", False):
                yield words, place


def typed(words: tuple[str, ...], place: int, odd: str) -> list[str]:
    """Return the command line with an odd word at one place, and the rest as it should be."""
    command = dict(every_command())[words]
    parameter = command.params[place]
    needed = list(NEEDED.get(words, ()))
    if isinstance(parameter, click.Option):
        option = parameter.opts[0]
        if option in needed and not parameter.multiple:
            needed[needed.index(option) + 1] = odd
            return [*words, *needed]
        return [*words, *needed, f"{option}={odd}"]
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    which = arguments.index(parameter)
    given = [one for one in needed[: len(arguments)] if not one.startswith("-")]
    rest = needed[len(given) :]
    return [*words, *rest, "--", *given[:which], odd, *given[which + 1 :]]


@pytest.mark.parametrize(("words", "place"), list(cases()), ids=str)
def test_no_odd_word_ends_in_a_trace(terminal: Terminal, words: tuple[str, ...], place: int):
    terminal.done("partners", "add", "klesia", "--name", "KLESIA Pro", *CALLBACK)
    for kind, odd in ODD.items():
        line = typed(words, place, odd)
        try:
            answer = terminal.type(*line, typed="Mississippi1876\n")
        except Exception as error:
            raise AssertionError(f"{kind}: {line}") from error
        assert answer.exit_code in {0, 1, 2}, line
        assert answer.exit_code == 0 or answer.output, line
