"""A naive datetime is refused wherever code stands: it would mean another moment elsewhere."""

import subprocess
import sys
import tomllib

import pytest

from tests.house.tree import PROJECT, Tree

FOLDERS = ["mag_server/rooms/people", "sdk_python/src/mag_sdk", "tests/rooms", "e2e", "bench"]


def complaints(folder: str, text: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise"]
    command += ["--stdin-filename", str(PROJECT / folder / "planted.py"), "-"]
    answer = subprocess.run(  # noqa: S603 - a fixed command
        command, input=text, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return answer.stdout


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "planted",
    ["datetime.now()", "datetime.utcnow()", "datetime(2026, 3, 2)", "datetime.fromtimestamp(0)"],
)
def test_a_naive_datetime_is_a_lint_error(folder, planted):
    assert "DTZ" in complaints(folder, f"from datetime import datetime\n\nMOMENT = {planted}\n")


def test_an_aware_one_is_not():
    assert "DTZ" not in complaints(
        FOLDERS[0], "from datetime import UTC, datetime\n\nMOMENT = datetime.now(UTC)\n"
    )


def test_no_folder_is_excused(project: Tree):
    lint = tomllib.loads(project.text("pyproject.toml"))["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    excused = [
        rule for rules in [lint["ignore"], *lint["per-file-ignores"].values()] for rule in rules
    ]
    assert [rule for rule in excused if rule.startswith("DTZ")] == []
