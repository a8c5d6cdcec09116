"""The SDK's wheel, as a partner installs it."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.wheel.installed import build_wheel, copy_sources, install, run


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = copy_sources("sdk", tmp_path_factory.mktemp("sdk-source"))
    return build_wheel(source, tmp_path_factory.mktemp("sdk-wheel"))


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(wheel, tmp_path_factory.mktemp("sdk-environment"))


def test_it_depends_on_pyjwt_with_cryptography_and_on_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        told = Parser().parsestr(archive.read(name).decode())
    assert sorted(told.get_all("Requires-Dist")) == ["flask; extra == 'flask'", "pyjwt[crypto]"]
    assert told["License-Expression"] == "Apache-2.0"


def test_it_holds_its_types_and_nothing_but_itself(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "mag_sdk/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"mag_sdk"}


def test_it_works_without_flask(bin_folder: Path, tmp_path: Path):
    code = (
        "import mag_sdk, importlib.util as u;"
        "c = mag_sdk.MagClient('https://mag.example', 'id', 'secret', 'https://p.example/cb');"
        "print(mag_sdk.__file__); print(u.find_spec('flask'))"
    )
    file, flask = run([bin_folder / "python", "-c", code], folder=tmp_path).splitlines()
    assert file.startswith(str(bin_folder.parent))
    assert flask == "None"


def test_a_partner_type_checks_against_it(bin_folder: Path, tmp_path: Path):
    # py.typed is what makes a type checker look inside.
    (tmp_path / "partner.py").write_text(
        "from mag_sdk import MagClient\n"
        'reveal_type(MagClient("https://m.example", "a", "b", "https://p.example/cb"))\n'
    )
    answer = subprocess.run(  # noqa: S603 - our own type checker
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file=/dev/null"),
            *("--python-executable", bin_folder / "python", "partner.py"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "mag_sdk.client.MagClient" in answer.stdout, answer.stdout + answer.stderr
    assert answer.returncode == 0, answer.stdout
