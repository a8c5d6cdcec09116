"""A terminal whose settings are the test's alone."""

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no MAG_* variable of this machine reach a command."""
    for name in os.environ:
        if name.startswith("MAG_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database with its tables and keys, made once: an RSA key takes most of a second."""
    folder = tmp_path_factory.mktemp("prepared")
    Terminal({"MAG_DATABASE_URL": f"sqlite:///{folder / 'mag.db'}"}).done("keys", "list")
    return folder


@pytest.fixture
def terminal(prepared: Path, tmp_path: Path) -> Terminal:
    """Give a terminal in front of an empty MAG."""
    # Every file: the last commits may still stand in the journal beside the database.
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return Terminal({"MAG_DATABASE_URL": f"sqlite:///{tmp_path / 'mag.db'}"})
