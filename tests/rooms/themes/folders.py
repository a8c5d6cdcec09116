"""A designer's folder, copied from the shipped one and changed in one place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mag_server.base import places
from mag_server.rooms.themes import actions
from mag_server.rooms.themes.model import Theme, Unusable


class DesignersFolder:
    """A copy of a shipped theme that a test may spoil."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.path / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    def write(self, file: str, text: str) -> None:
        (self.path / file).write_text(text, "utf-8")

    def check(self) -> Theme | Unusable:
        return actions.check_folder(self.path)

    def complaints(self) -> tuple[str, ...]:
        judged = self.check()
        return judged.complaints if isinstance(judged, Unusable) else ()


@pytest.fixture
def designer(tmp_path: Path) -> Callable[[str], DesignersFolder]:
    """Give a copy of a shipped theme: `designer("klesia")`."""

    def copy(name: str = "net-entreprises") -> DesignersFolder:
        shutil.copytree(places.themes_folder() / name, tmp_path / "themes" / name)
        return DesignersFolder(tmp_path / "themes" / name)

    return copy
