"""A terminal to type `mag ...` in, with a database of its own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import click
from click.testing import CliRunner, Result

from mag_server.cli import main


@dataclass
class Terminal:
    """Types commands; `environ` holds the settings they find."""

    environ: dict[str, str] = field(default_factory=dict)

    def type(self, *words: str, typed: str = "", **environ: str) -> Result:
        """Run a command, with this on its standard input."""
        result = CliRunner().invoke(
            main, list(words), input=typed, env=self.environ | environ, prog_name="mag"
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def done(self, *words: str, typed: str = "") -> Result:
        """Run a command that must succeed."""
        result = self.type(*words, typed=typed)
        assert result.exit_code == 0, result.output
        return result

    def json(self, *words: str, typed: str = "") -> dict[str, Any]:
        """Run a command with --json; it prints one object and nothing else."""
        (line,) = self.json_lines(*words, typed=typed)
        return line

    def json_lines(self, *words: str, typed: str = "") -> list[dict[str, Any]]:
        """Run a command with --json; it prints one object a line and nothing else."""
        return [
            json.loads(line)
            for line in self.done(*words, "--json", typed=typed).stdout.splitlines()
        ]

    def sentence(self, *words: str, typed: str = "", **environ: str) -> str:
        """Run a command that must refuse with one sentence; return the sentence."""
        result = self.type(*words, typed=typed, **environ)
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        assert line.startswith("mag: "), line
        return line.removeprefix("mag: ")


def every_command(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command with the words that lead to it, hidden ones too."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))
