"""What may import what: the contracts hold, and each sees the import it is there for."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import PROJECT

PACKAGES = {
    "mag_server": "mag_server",
    "mag_sdk": "sdk_python/src/mag_sdk",
    "partner_portal": "examples/partner_portal/src/partner_portal",
}
LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"
UNDER_TYPE_CHECKING = (
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mag_server.web"
)
# Where it is planted, what is planted, and the contract that must see it.
PLANTED = {
    "the SDK sees the server": (
        "mag_sdk/errors.py",
        "import mag_server.base.clock",
        "The SDK stands alone",
    ),
    "the server sees the SDK": (
        "mag_server/base/clock.py",
        "import mag_sdk",
        "The server does not stand on the SDK",
    ),
    "a portal sees the server": (
        "partner_portal/__init__.py",
        "import mag_server.base.clock",
        "A portal knows nothing of the server",
    ),
    "base sees a room": (
        "mag_server/base/clock.py",
        "import mag_server.rooms.people.model",
        "cli > demo, doctor > app > web > rooms > base",
    ),
    "a room sees the web inside a function": (
        "mag_server/rooms/people/model.py",
        "def late():\n    import mag_server.web.token",
        "cli > demo, doctor > app > web > rooms > base",
    ),
    "a room sees the web under TYPE_CHECKING": (
        "mag_server/rooms/people/model.py",
        UNDER_TYPE_CHECKING,
        "cli > demo, doctor > app > web > rooms > base",
    ),
    "the web sees the app": (
        "mag_server/web/token.py",
        "import mag_server.app",
        "cli > demo, doctor > app > web > rooms > base",
    ),
    "a package that no layer names": (
        "mag_server/tools.py",
        "X = 1",
        "cli > demo, doctor > app > web > rooms > base",
    ),
    "code sees the migrations": (
        "mag_server/app.py",
        "import mag_server.migrations.tables",
        "Nobody imports the migrations",
    ),
    "a room sees a higher room": (
        "mag_server/rooms/people/model.py",
        "import mag_server.rooms.signin.model",
        "The stack of rooms",
    ),
    "a room sees its neighbour": (
        "mag_server/rooms/companies/model.py",
        "import mag_server.rooms.passwords.model",
        "The stack of rooms",
    ),
    "a room that stands on no line": (
        "mag_server/rooms/cellar/model.py",
        "X = 1",
        "The stack of rooms",
    ),
    "a model sees its store": (
        "mag_server/rooms/people/model.py",
        "import mag_server.rooms.people.store",
        "Inside a room: actions > store > model",
    ),
    "a fourth file in a room": (
        "mag_server/rooms/people/names.py",
        "X = 1",
        "Inside a room: actions > store > model",
    ),
    "a room's actions see another room's store": (
        "mag_server/rooms/signin/actions.py",
        "import mag_server.rooms.people.store",
        "A room is entered by actions and model only",
    ),
    "a journey sees a store": (
        "mag_server/web/token.py",
        "import mag_server.rooms.people.store",
        "A room is entered by actions and model only",
    ),
    "a journey sees another": (
        "mag_server/web/token.py",
        "import mag_server.web.revoke",
        "Journeys do not import each other",
    ),
    "a shared piece sees a journey": (
        "mag_server/web/_page.py",
        "import mag_server.web.revoke",
        "Journeys do not import each other",
    ),
    "a room sees Flask": (
        "mag_server/rooms/people/actions.py",
        "import flask",
        "Flask, WTForms and Werkzeug only in",
    ),
    "the SDK sees Werkzeug outside its glue": (
        "mag_sdk/errors.py",
        "import werkzeug",
        "Flask, WTForms and Werkzeug only in",
    ),
    "actions see sqlalchemy": (
        "mag_server/rooms/people/actions.py",
        "import sqlalchemy",
        "sqlalchemy only in store.py",
    ),
    "a room of people sees jwt": (
        "mag_server/rooms/people/model.py",
        "import jwt",
        "jwt only in the room of keys and in the SDK",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the code, to plant in."""
    root = tmp_path_factory.mktemp("contracts")
    for name, folder in PACKAGES.items():
        shutil.copytree(PROJECT / folder, root / name, ignore=_all_but_python)
    (root / "tests/house").mkdir(parents=True)
    for name in (
        "tests/__init__.py",
        "tests/house/__init__.py",
        "tests/house/doors.py",
        "pyproject.toml",
    ):
        shutil.copy(PROJECT / name, root / name)
    return root


def _all_but_python(folder: str, names: list[str]) -> set[str]:
    return {
        name
        for name in names
        if name == "__pycache__" or not (name.endswith(".py") or Path(folder, name).is_dir())
    }


def broken_contracts(root: Path) -> list[str]:
    answer = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-c", LINTER],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in answer.stdout, answer.stdout + answer.stderr
    return re.findall(r"^(.*) BROKEN$", answer.stdout, re.MULTILINE)


def test_the_project_keeps_every_contract(copy: Path):
    assert broken_contracts(copy) == []


@pytest.mark.parametrize("title", PLANTED)
def test_a_contract_sees_that(copy: Path, title: str):
    name, planted, contract = PLANTED[title]
    file = copy / name
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    package = file.parent / "__init__.py"
    is_new_package = not package.exists()
    if is_new_package:
        package.touch()
    file.write_bytes((before or b"") + f"\n\n{planted}\n".encode())
    try:
        assert [broken for broken in broken_contracts(copy) if broken.startswith(contract)]
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
        if is_new_package:
            shutil.rmtree(file.parent)
