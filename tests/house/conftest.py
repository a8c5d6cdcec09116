"""The project's own tree, and planted ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.tree import PROJECT, Tree


@pytest.fixture(scope="session")
def project() -> Tree:
    """Give the project as it stands."""
    return Tree(PROJECT)


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[dict[str, str]], Tree]:
    """Give a builder of small trees: `plant({"path": "text"})`."""

    def build(files: dict[str, str]) -> Tree:
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return Tree(tmp_path)

    return build
