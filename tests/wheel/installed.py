"""A fresh environment that holds a wheel, what the wheel says it depends on, and nothing else."""

import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.demo.running import ROOT, clean_environment

_SOURCES = {
    "server": (
        "mag_server",
        "mag_widget",
        "themes",
        "pyproject.toml",
        "hatch_build.py",
        ".gitignore",
    ),
    "sdk": ("sdk_python/src", "sdk_python/pyproject.toml"),
}
_BUILT = shutil.ignore_patterns("static", "shipped", "*.mo", "__pycache__")


def copy_sources(which: str, folder: Path) -> Path:
    """Copy what a wheel is made from, without anything built before.

    `.gitignore` comes along: the builder leaves out what git ignores, unless it is told otherwise.
    """
    top = "sdk_python/" if which == "sdk" else ""
    for name in (*_SOURCES[which], f"{top}README.md", f"{top}LICENSE"):
        source, copy = ROOT / name, folder / name.removeprefix(top)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=_BUILT)
        else:
            shutil.copyfile(source, copy)
    return folder


def build_wheel(source: Path, folder: Path) -> Path:
    """Build a wheel with the tools of this environment, without the network."""
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Path:
    """Make an environment with the wheel and its declared dependencies; return its bin folder."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    _pip("--python", python, "install", "--no-deps", wheel)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (metadata,) = site_packages.glob("mag_*.dist-info")
    _bring(Distribution.at(metadata), site_packages)
    return folder / "bin"


def _bring(wanted: Distribution, site_packages: Path) -> None:
    """Link the pinned distributions that a wheel declares, and those that they declare."""
    seen: set[tuple[str, str]] = set()
    queue = [(wanted, "")]
    while queue:
        asking, extra = queue.pop()
        for line in asking.requires or ():
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            found = distribution(requirement.name)
            assert found.version in requirement.specifier, line
            for wish in ("", *requirement.extras):
                if (requirement.name, wish) not in seen:
                    seen.add((requirement.name, wish))
                    queue.append((found, wish))
            _link(found, site_packages)


def _link(found: Distribution, site_packages: Path) -> None:
    tops = {file.parts[0] for file in found.files or () if file.parts[0] != ".."}
    for top in tops - {"__pycache__"}:
        link = site_packages / top
        if not link.exists():
            link.symlink_to(Path(str(found.locate_file(top))))


def _pip(*words: str | Path) -> None:
    quiet = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    answer = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "pip", *words],
        env=clean_environment(**quiet),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def run(command: list[str | Path], *, folder: Path, **environ: str) -> str:
    """Run a command away from the checkout; return what it printed."""
    environment = clean_environment(**environ)
    environment.pop("PYTHONPATH", None)
    answer = subprocess.run(  # noqa: S603 - our own command line
        [os.fspath(word) for word in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout
