"""What every command shares: its Work, its way of printing, its way of refusing."""

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn

import click

from mag_server.app import equip
from mag_server.base.clock import system_clock
from mag_server.base.db import migrate
from mag_server.base.settings import Settings, SettingsError
from mag_server.base.work import Equipment, Work
from mag_server.rooms.keys.actions import ensure_keys, list_keys

BY = "cli"
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
_UNWRITABLE = {"Cc", "Cs", "Zl", "Zp"}  # controls, octets that are no text, line separators


class OneLine(click.types.StringParamType):
    """A text of one line, such as a terminal shows."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text; a control character or a line break is wrong usage."""
        text = str(super().convert(value, param, ctx))
        if any(unicodedata.category(char) in _UNWRITABLE for char in text):
            self.fail("it holds a line break or a control character: write one line.", param, ctx)
        return text


def take_one_line_texts(command: click.Command) -> None:
    """Refuse, in every text that a command and those under it take, what no line can hold."""
    for parameter in command.params:
        if parameter.type is click.STRING:
            parameter.type = OneLine()
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        take_one_line_texts(inner)


def read_settings() -> Settings:
    """Return the settings of this environment, or stop with the sentence that says what to do."""
    try:
        return Settings.read()
    except SettingsError as error:
        refuse(str(error))
    except OSError as error:
        _refuse_place(error)


def prepared_equipment(settings: Settings, *, mark: str | None = None) -> Equipment:
    """Return the equipment on a database that has this version's tables and its first keys.

    With a `mark` it is the first thing that the database gets, so that one whose making was
    interrupted is known again.
    """
    equipment = equip(settings)
    try:
        migrate(equipment.database)
        if mark is not None and not equipment.database.has_mark(mark):
            equipment.database.set_mark(mark)
        ensure_keys(equipment.work(system_clock()))
        # Opens each of them: with another MAG_SECRET_KEYS nothing could be signed.
        list_keys(equipment.work(system_clock()))
    except ValueError as error:
        refuse(str(error))
    except OSError as error:
        _refuse_place(error)
    except Exception as error:
        if equipment.database.is_no_database(error):
            refuse("The file of MAG_DATABASE_URL is not a database: name another file.")
        if equipment.database.is_away(error):
            refuse("The database of MAG_DATABASE_URL does not answer: start it, or correct it.")
        raise
    return equipment


def _refuse_place(error: OSError) -> NoReturn:
    reason = f"{error.filename}: {error.strerror}"
    refuse(f"The database cannot be kept there ({reason}): correct MAG_DATABASE_URL.")


class Desk:
    """Gives a command one Work an action, all of this instant or later."""

    def __init__(self) -> None:
        self._equipment = prepared_equipment(read_settings())

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self._equipment.settings

    def work(self) -> Work:
        """Return the Work of this instant."""
        return self._equipment.work(system_clock())

    @contextmanager
    def refusing_when_away(self, sentence: str) -> Iterator[None]:
        """Stop with a sentence where the database does not answer any more within the block."""
        try:
            yield
        except Exception as error:
            if self._equipment.database.is_away(error):
                refuse(sentence)
            raise


def say(sentence: str) -> None:
    """Tell the operator something, on standard error."""
    click.echo(sentence, err=True)


def refuse(sentence: str) -> NoReturn:
    """Stop with a sentence and exit status 1."""
    click.echo(f"mag: {sentence}", err=True)
    sys.exit(1)


def print_json(members: dict[str, Any]) -> None:
    """Print one object on standard output."""
    click.echo(json.dumps(members, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    raise TypeError(type(value).__name__)
