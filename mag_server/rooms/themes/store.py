"""Where themes are kept: folders of three files, one folder a theme."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mag_server.base import places

FILES = ("theme.toml", "logo.svg")
WORDS_FILES = {"fr": "words.fr.toml", "en": "words.en.toml"}


class FolderUnreadable(Exception):  # noqa: N818 - said as what it is
    """A theme's folder could not be read; the message says which file, and why."""


@dataclass(frozen=True)
class Folder:
    """What a designer wrote, not yet judged."""

    theme: dict[str, Any]
    logo: str
    words: dict[str, dict[str, Any]]


def shelves(own: Path | None) -> tuple[Path, ...]:
    """List the folders of themes in order: the deployer's first, then the shipped ones."""
    return (*((own,) if own else ()), places.themes_folder())


def folder_names(shelf: Path) -> list[str]:
    """List the themes that stand on a shelf."""
    if not shelf.is_dir():
        return []
    return sorted(path.parent.name for path in shelf.glob("*/theme.toml"))


def locate(name: str, folders: Sequence[Path]) -> Path | None:
    """Find a theme's folder on the first shelf that has it."""
    for shelf in folders:
        if (shelf / name / "theme.toml").is_file():
            return shelf / name
    return None


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Say when the folder's files last changed, to know whether to read them again."""
    seen = []
    for path in (folder / file for file in (*FILES, *WORDS_FILES.values())):
        if path.is_file():
            status = path.stat()
            seen.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(seen)


def read(folder: Path) -> Folder:
    """Read a theme's files.

    Raises:
        FolderUnreadable: A file is missing, is not UTF-8, or is not TOML.
    """
    words = {
        language: _flat(_toml(folder / file))
        for language, file in WORDS_FILES.items()
        if (folder / file).is_file()
    }
    return Folder(_toml(folder / "theme.toml"), _text(folder / "logo.svg"), words)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise FolderUnreadable(f"{path.name} is missing.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise FolderUnreadable(f"{path.name} cannot be read: {error}.") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except RecursionError as error:
        raise FolderUnreadable(f"{path.name} holds lists or tables too deep to be read.") from error
    except ValueError as error:  # TOML's own, and Python's for a number of thousands of digits
        raise FolderUnreadable(f"{path.name} is not TOML: {error}.") from error


def _flat(tables: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, table in tables.items():
        # One level, as every slot is written: what lies deeper is no word, and is said to be none.
        if isinstance(table, dict):
            flat |= {f"{name}.{word}": text for word, text in table.items()}
        else:
            flat[name] = table
    return flat
