"""Run every mutant: `python -m tests.mutants [words of the ones wanted]`."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.house.tree import PROJECT, Tree
from tests.mutants import Mutant, read_mutants

SOURCES = (".", "sdk_python/src", "examples/partner_portal/src")
# pytest's exit codes: all passed, some failed. Any other means that no test judged.
GREEN, RED, NOT_JUDGED = 0, 1, 6
SECONDS_PER_TEST = 300


def copy_of(project: Path, folder: Path) -> Path:
    """Copy what git would track, and what is built from it."""
    names = Tree(project).names
    built = [
        file.relative_to(project).as_posix()
        for file in (project / "mag_server/static").rglob("*")
        if file.is_file()
    ]
    for name in (*names, *built):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, folder / name)
    return folder


def run(tree: Path, *words: str, seconds: int) -> subprocess.CompletedProcess[str]:
    """Run a module of a tree, which sees that tree's sources and no others."""
    paths = os.pathsep.join(str(tree / source) for source in SOURCES)
    return subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-m", *words],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def outcome(tree: Path, tests: list[str]) -> int:
    """Run these tests in a tree; return pytest's exit code, or NOT_JUDGED."""
    quietly = ("pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=line")
    answer = run(tree, *quietly, *tests, seconds=SECONDS_PER_TEST * len(tests))
    # A test that broke while it was being set up has judged nothing.
    judged = answer.returncode != RED or " failed" in answer.stdout
    return answer.returncode if judged else NOT_JUDGED


def build_what_is_drawn(tree: Path, mutant: Mutant) -> None:
    """Make again what browsers load, where its source was changed."""
    if mutant.file.startswith("mag_widget/"):
        run(tree, "mag_server.base.assets", seconds=SECONDS_PER_TEST).check_returncode()


def complaint(tree: Path, mutant: Mutant) -> str | None:
    """Apply one mutant, run its test, take the mutant back; return what was not as promised."""
    file = tree / mutant.file
    whole = file.read_text(encoding="utf-8")
    try:
        file.write_text(mutant.patched(whole), encoding="utf-8")
        build_what_is_drawn(tree, mutant)
        code = outcome(tree, [mutant.test])
    except (ValueError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        file.write_text(whole, encoding="utf-8")
        build_what_is_drawn(tree, mutant)
    if code == GREEN:
        return f"{mutant.test} stays green"
    return None if code == RED else f"{mutant.test} cannot run (pytest says {code})"


def main(wanted: list[str]) -> int:
    """Run the mutants whose promise holds every wanted word; return the exit code."""
    mutants = [m for m in read_mutants() if all(word in m.breaks for word in wanted)]
    if not mutants:
        print("No such mutant.")
        return 1
    with tempfile.TemporaryDirectory(prefix="mag-mutants-") as folder:
        tree = copy_of(PROJECT, Path(folder))
        if outcome(tree, sorted({mutant.test for mutant in mutants})) != GREEN:
            print("The named tests are not green to begin with: run them first.")
            return 1
        survivors = 0
        for mutant in mutants:
            fault = complaint(tree, mutant)
            survivors += fault is not None
            print(f"{'SURVIVED' if fault else 'killed  '}  {mutant.breaks}", flush=True)
            if fault:
                print(f"          {fault}")
    print(f"{len(mutants) - survivors} of {len(mutants)} mutants were killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
