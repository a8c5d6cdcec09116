"""`.ci/chromium`: finds Chromium, installs Debian's as root on Debian, or says what to install."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import PROJECT

BASH = shutil.which("bash") or "bash"
DEBIAN = Path("/etc/debian_version").exists()


class Machine:
    """A PATH with nothing on it but what is put there: the script sees that machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, name: str, does: str = "exit 0") -> str:
        """Put a command there; return its path."""
        command = self.folder / name
        command.write_text(f"#!{BASH}\n{does}\n")
        command.chmod(0o755)
        return str(command)

    def run(self, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the script there."""
        return subprocess.run(  # noqa: S603 - our own script
            [BASH, str(PROJECT / ".ci/chromium")],
            env={"PATH": str(self.folder), **environ},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.has("id", "echo 1000")
    return machine


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_a_browser_that_is_there_is_found(machine: Machine, name: str):
    path = machine.has(name)
    found = machine.run()
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{path}\n", "")


def test_the_one_that_is_named_is_taken_before_any_other(machine: Machine):
    machine.has("chromium")
    path = machine.has("my-own")
    assert machine.run(MAG_CHROMIUM="my-own").stdout == f"{path}\n"


def test_a_named_one_that_cannot_be_run_is_said(machine: Machine):
    machine.has("chromium")
    refused = machine.run(MAG_CHROMIUM="/nowhere/chromium")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "MAG_CHROMIUM is /nowhere/chromium, which cannot be run.\n"


def test_without_one_and_without_root_it_says_in_one_line_what_to_install(machine: Machine):
    machine.has("apt-get", "touch touched")
    refused = machine.run()
    assert (refused.returncode, refused.stdout) == (1, "")
    (line,) = refused.stderr.splitlines()
    assert "install the package 'chromium'" in line
    assert "MAG_CHROMIUM" in line


@pytest.mark.skipif(not DEBIAN, reason="the script installs packages on Debian only")
def test_root_on_debian_gets_debians_package(machine: Machine):
    machine.has("id", "echo 0")
    browser = machine.folder / "chromium"
    installs = (
        f'[ "$1" = install ] && {{ echo > {browser}; {shutil.which("chmod")} 755 {browser}; }}'
    )
    machine.has("apt-get", f"{installs}; exit 0")
    found = machine.run()
    assert (found.returncode, found.stdout) == (0, f"{browser}\n")


@pytest.mark.skipif(not DEBIAN, reason="the script installs packages on Debian only")
def test_root_on_debian_without_a_network_is_told_all_the_same(machine: Machine):
    machine.has("id", "echo 0")
    machine.has("apt-get", "exit 100")
    refused = machine.run()
    assert refused.returncode == 1
    assert "install the package 'chromium'" in refused.stderr.splitlines()[-1]
