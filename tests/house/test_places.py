"""No file says where it was written: neither a machine's folders nor a package registry."""

import re

import pytest

from tests.house.tree import Tree

# Built piece by piece, so that this file does not hold what it looks for.
MACHINE_FOLDERS = re.compile(
    r"(?<![\w.:/-])/(?:"
    + "|".join(["wo" + "rk", "ro" + "ot", "fa" + "rm", "ho" + "me/\\w+", "Us" + "ers/\\w+"])
    + r")(?=[/.\s\"']|$)"
)
BASH_JOBS = "bash" + "_jobs"
REGISTRIES = re.compile(
    "|".join(
        re.escape(host)
        for host in (
            "py" + "pi.org",
            "pythonhosted" + ".org",
            "registry." + "npmjs",
            "index." + "crates.io",
        )
    )
)
# Pictures, fonts and the licence's own text.
NOT_READ = (".png", ".jpg", ".jpeg", ".webp", ".ico", ".woff2", ".db", ".mo")

# A source that is cited must be one that a reader can open.
PAPERS = re.compile(r"\b(?:do" + r"main|pro" + r"tocol|ho" + r"use|look) paper\b", re.IGNORECASE)


def cited_papers(tree: Tree) -> list[str]:
    return [
        f"{name}:{number}"
        for name in tree.find(".py", ".js", ".css", ".html", ".md", ".toml")
        for number, line in tree.lines(name)
        if PAPERS.search(line)
    ]


def named_places(tree: Tree) -> list[str]:
    return [
        f"{name}:{number}"
        for name in tree.names
        if not name.endswith(NOT_READ)
        for number, line in tree.lines(name)
        if MACHINE_FOLDERS.search(line) or BASH_JOBS in line or REGISTRIES.search(line)
    ]


def test_no_file_names_a_machines_folder_or_a_registry(project: Tree):
    assert named_places(project) == []


def test_no_file_cites_a_paper_that_is_not_here(project: Tree):
    assert cited_papers(project) == []


def test_a_cited_paper_is_seen(plant):
    text = "Source: RFC 6749;\nthe do" + "main paper 3.1.\n"
    assert cited_papers(plant({"mag_server/a.py": text})) == ["mag_server/a.py:2"]


@pytest.mark.parametrize(
    "line",
    [
        "see /wo" + "rk/main/README.md",
        "HOME=/ro" + "ot",
        "cp /ho" + "me/marie/mag.db .",
        "--index-url https://py" + "pi.org/simple",
        "https://files.pythonhosted" + ".org/packages/x.whl",
        '"resolved": "https://registry.' + 'npmjs.org/x"',
    ],
)
def test_a_named_place_is_seen(plant, line):
    assert named_places(plant({"docs/map.md": f"# Map\n\n{line}\n"})) == ["docs/map.md:3"]


@pytest.mark.parametrize("line", ["GET /home", "https://mag.example/work", "themes/root.css"])
def test_an_address_of_a_site_is_left_alone(plant, line):
    assert named_places(plant({"docs/map.md": line})) == []
