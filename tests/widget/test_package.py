"""The widget as a package: what npm would publish, and types that hold a partner to the truth."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import PROJECT

PACKAGE = PROJECT / "mag_widget"
SAMPLES = Path(__file__).parent / "types"
BAD = sorted(SAMPLES.glob("bad-*.ts"))
FAULT = re.compile(r"^(?P<file>[\w-]+\.ts)\(\d+,\d+\): error (?P<said>TS\d+: .*)$", re.MULTILINE)
PROPERTY = re.compile(r'"(--mag-[\w-]+)"')
NODE_SECONDS = 90


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    found = shutil.which(command[0])
    if found is None:
        pytest.fail("The widget's types need npm: install Node.js 18 or later, with its npm.")
    return subprocess.run(  # noqa: S603 - fixed commands
        [found, *command[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=NODE_SECONDS,
        check=False,
    )


def manifest() -> dict:
    return json.loads((PACKAGE / "package.json").read_text())


def types_text() -> str:
    return (PACKAGE / "mag-widget.d.ts").read_text()


@pytest.fixture(scope="module")
def faults() -> dict[str, list[str]]:
    """Compile every sample in one run; return what the compiler said of each."""
    install = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    installed = run(*install, folder=SAMPLES)
    assert installed.returncode == 0, f"npm could not install TypeScript: {installed.stderr}"
    said = run("node", "node_modules/typescript/bin/tsc", folder=SAMPLES).stdout
    found: dict[str, list[str]] = {}
    for fault in FAULT.finditer(said):
        found.setdefault(fault["file"], []).append(fault["said"])
    # Nothing said outside the bad samples: neither of our types nor of how they are found.
    assert {line.split("(")[0] for line in said.splitlines() if line[0] != " "} == set(found)
    return found


def test_what_a_page_may_write_is_accepted(faults):
    assert faults.get("good.ts", []) == []
    assert set(faults) <= {sample.name for sample in BAD}


@pytest.mark.parametrize("sample", BAD, ids=lambda sample: sample.stem)
def test_a_wrong_use_is_refused_with_its_reason(faults, sample):
    expected = sample.read_text().splitlines()[0].removeprefix("// expect: ")
    (said,) = faults[sample.name]
    assert said.startswith(expected)


def test_there_are_wrong_uses():
    assert len(BAD) >= 10


def test_the_types_name_the_properties_that_the_loader_reads_and_the_frame_wears():
    loader = (PACKAGE / "src/mag.js").read_text()
    names = re.search(r"const LOOK = \((.*?)\)\.split", loader, re.DOTALL)
    assert names
    read = {f"--mag-{name}" for name in "".join(re.findall(r'"([^"]*)"', names[1])).split()}
    frame = (PACKAGE / "src/frame/wear.js").read_text()
    colours = re.search(r"const COLOURS = \[(.*?)\]", frame, re.DOTALL)
    shapes = re.search(r"const SHAPES = {(.*?)}", frame)
    assert colours
    assert shapes
    worn = {f"--mag-{name}" for name in re.findall(r'"([\w-]+)"', colours[1])}
    typed = re.search(r"type MagLookProperty =(.*?);", types_text(), re.DOTALL)
    assert typed
    assert set(PROPERTY.findall(typed[1])) == read == worn | set(PROPERTY.findall(shapes[1]))


def test_the_types_name_the_events_that_the_loader_tells_and_no_other():
    loader = (PACKAGE / "src/mag.js").read_text()
    told = set(re.findall(r'#tell\("(mag-[\w-]+)"', loader))
    typed = set(re.findall(r'^  "(mag-[\w-]+)": CustomEvent', types_text(), re.MULTILINE))
    assert len(told) == 6
    assert typed == told


def test_the_types_name_the_attributes_that_the_loader_reads_and_no_other():
    loader = (PACKAGE / "src/mag.js").read_text()
    read = set(re.findall(r'(?:get|has)Attribute\("([\w-]+)"', loader)) - {"ready"}
    typed = re.search(r"interface MagSigninAttributes {(.*?)\n}", types_text(), re.DOTALL)
    assert typed
    names = set(re.findall(r'^  "?([a-z-]+)"?\??:', typed[1], re.MULTILINE))
    assert names == read | {"lang"}


def test_npm_packs_the_loader_its_types_the_readme_and_the_license_and_nothing_else():
    packed = run("npm", "pack", "--dry-run", "--json", folder=PACKAGE)
    assert packed.returncode == 0, packed.stderr
    (package,) = json.loads(packed.stdout)
    assert sorted(file["path"] for file in package["files"]) == [
        "LICENSE",
        "README.md",
        "mag-widget.d.ts",
        "package.json",
        "src/mag.js",
    ]
    assert list(PACKAGE.glob("*.tgz")) == []


def test_the_page_of_the_package_leads_only_to_what_is_in_it():
    links = re.findall(r"\]\(([^)\s]+)\)", (PACKAGE / "README.md").read_text())
    outside = [link for link in links if not link.startswith(("https://", "#"))]
    assert [link for link in outside if not (PACKAGE / link).is_file() or ".." in link] == []


def test_the_package_has_the_server_s_version_and_license():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    package = manifest()
    assert (package["version"], package["license"]) == (project["version"], project["license"])
    assert (PACKAGE / "LICENSE").read_bytes() == (PROJECT / "LICENSE").read_bytes()


def test_the_package_depends_on_nothing_and_runs_nothing_when_installed():
    assert not {name for name in manifest() if "ependenc" in name or name == "scripts"}


def test_the_loader_is_inert_where_there_is_no_page():
    """A server that renders the page may import it."""
    ran = run("node", "-e", "require('./src/mag.js'); console.log('quiet')", folder=PACKAGE)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "quiet\n", "")
