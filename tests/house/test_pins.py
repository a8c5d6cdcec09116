"""What is installed is pinned and hashed, and no pin says where it comes from."""

import re
import tomllib

import pytest

from tests.house.tree import Tree

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")
PROJECTS = ("pyproject.toml", "sdk_python/pyproject.toml", "examples/partner_portal/pyproject.toml")
OURS = {"mag-server", "mag-sdk", "partner-portal"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    found = (PIN.match(line) for line in text.splitlines())
    return {normal(match[1]): match[2] for match in found if match}


def wrong_lines(text: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", " ", text)
    return [
        line
        for line in joined.splitlines()
        if line.strip() and not (PIN.match(line) and "--hash=sha256:" in line and "://" not in line)
    ]


def asked_for(tree: Tree) -> set[str]:
    asked = set()
    for name in PROJECTS:
        project = tomllib.loads(tree.text(name))
        asked.update(project["project"]["dependencies"], project["build-system"]["requires"])
    return {normal(re.split(r"[^A-Za-z0-9._-]", text)[0]) for text in asked} - OURS


@pytest.mark.parametrize("name", ["server", "dev", "engines"])
def test_every_pin_has_hashes_and_no_address(project: Tree, name):
    text = project.text(f"requirements/{name}.txt")
    assert pins(text)
    assert wrong_lines(text) == []


def test_the_tests_run_on_the_versions_that_the_server_runs_on(project: Tree):
    server = pins(project.text("requirements/server.txt"))
    dev = pins(project.text("requirements/dev.txt"))
    assert {name: dev.get(name) for name in server} == server


def test_everything_the_three_distributions_ask_for_is_pinned(project: Tree):
    assert asked_for(project) - pins(project.text("requirements/server.txt")).keys() == set()


@pytest.mark.parametrize("name", ["server", "dev", "engines"])
def test_every_wish_is_pinned(project: Tree, name):
    wishes = project.text(f"requirements/{name}.in").splitlines()
    names = {normal(re.split(r"[^A-Za-z0-9._-]", wish)[0]) for wish in wishes if wish[0] != "-"}
    assert names - pins(project.text(f"requirements/{name}.txt")).keys() == set()


@pytest.mark.parametrize(
    "text",
    [
        "flask==3.1.3\n",
        "flask>=3 --hash=sha256:00\n",
        "--index-url https://example.org/simple\n",
        "flask @ https://example.org/flask.whl --hash=sha256:00\n",
    ],
)
def test_a_pin_without_a_hash_and_an_address_are_seen(text):
    assert len(wrong_lines(text + "click==8 \\\n    --hash=sha256:00\n")) == 1


def test_a_dependency_without_a_pin_is_seen(plant):
    table = '[project]\ndependencies = ["{}"]\n[build-system]\nrequires = ["hatchling"]\n'
    tree = plant({name: table.format(f"Left_Pad>={i}") for i, name in enumerate(PROJECTS)})
    assert asked_for(tree) == {"left-pad", "hatchling"}
