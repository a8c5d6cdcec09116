"""The documents stay true: each says what there is, and names nothing that is gone."""

import re
import tomllib

import pytest

from tests.house.pages import README, SETTINGS, readme_page, settings_page
from tests.house.test_rooms import rooms_of
from tests.house.tree import Tree

MOST_LINES_OF_A_DECISION = 60
PARTS_OF_A_DECISION = ("**Context.**", "**Decision.**", "**Why.**", "**What it costs.**")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAMED_PATH = re.compile(
    r"`((?:mag_server|mag_widget|sdk_python|examples|themes|tests|e2e|bench|docs|requirements)/[\w./<>*-]*)`"
)
# French business nouns that code may use: each must stand in the glossary before it is used.
FRENCH_NOUNS = (
    "administrateur", "attestation", "cle", "cotisation", "declarant", "entreprise",
    "etablissement", "habilitation", "identifiants", "motdepasse", "nom", "portail",
    "portefeuille", "prenom", "radiation", "siren", "siret", "tiers", "triplet",
)  # fmt: skip
# The portal's own variables, which `mag demo` sets, stand on the portal's page.
SETTINGS_PAGES = ("docs/settings.md", "examples/partner_portal/README.md")


def glossary_words(text: str) -> list[str]:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    return [word.strip() for word in rows if word.strip() != "word"]


def french_nouns_used(tree: Tree) -> set[str]:
    words: set[str] = set()
    for name in tree.find(".py", under=("mag_server", "sdk_python", "examples")):
        for node in tree.definitions(name):
            words.update(node.name.lower().split("_"))
        words.update(re.findall(r"^    ([a-z]+): ", tree.text(name), re.MULTILINE))
    return {noun for noun in FRENCH_NOUNS if words & {noun, f"{noun}s"}}


def dead_ends(tree: Tree) -> list[str]:
    return [
        f"{name}: {path}"
        for name in tree.find(".md")
        for path in [*_linked(tree, name), *NAMED_PATH.findall(tree.text(name))]
        if "<" not in path and "*" not in path and not _exists(tree, name, path)
    ]


def _linked(tree: Tree, name: str) -> list[str]:
    return [path for path in LINK.findall(tree.text(name)) if "://" not in path]


def _exists(tree: Tree, name: str, path: str) -> bool:
    return (tree.root / name).parent.joinpath(path).exists() or (tree.root / path).exists()


def gone_tests(tree: Tree) -> list[str]:
    names = {node.name for name in tree.find(".py") for node in tree.definitions(name)}
    return [
        f"{name}: {test}"
        for name in tree.find(".md", under=("docs",))
        for test in re.findall(r"`(test_\w+)`", tree.text(name))
        if test not in names
    ]


def unmapped(tree: Tree) -> list[str]:
    text = tree.text("docs/map.md")
    tops = {name.split("/")[0] for name in tree.names if "/" in name and name[0] != "."}
    packages = {
        name.split("/")[1]
        for name in tree.find(".py", under=("mag_server",))
        if name.count("/") > 1
    }
    wanted = [f"`{top}/`" for top in tops | packages - {"rooms"}]
    return sorted(
        word for word in [*wanted, *(f"`{r}`" for r in rooms_of(tree))] if word not in text
    )


def long_or_odd_decisions(tree: Tree) -> list[str]:
    names = sorted(name for name in tree.names if name.startswith("docs/decisions/"))
    faults = []
    for number, name in enumerate(names, start=1):
        text = tree.text(name)
        if not re.fullmatch(rf"docs/decisions/{number:04}-[a-z0-9-]+\.md", name):
            faults.append(f"{name}: should be number {number:04}")
        if not text.startswith(f"# {number}. "):
            faults.append(f"{name}: the title does not say {number}")
        if len(text.splitlines()) > MOST_LINES_OF_A_DECISION:
            faults.append(f"{name}: over one page")
        faults += [f"{name}: no {part}" for part in PARTS_OF_A_DECISION if part not in text]
    return faults


def variables_without_a_word(tree: Tree) -> list[str]:
    pages = "".join(tree.text(name) for name in SETTINGS_PAGES if name in tree.names)
    named = {
        variable
        for name in tree.names
        if name.endswith((".py", "Makefile")) or name.startswith(".ci/")
        if not name.startswith(("tests/house/", "tests/sdk/", "sdk_python/", "examples/"))
        for variable in re.findall(
            # In Python a variable of the environment is a text; elsewhere a bare word.
            r"[\"'](MAG_[A-Z_]+[A-Z])[\"']" if name.endswith(".py") else r"\b(MAG_[A-Z_]+[A-Z])\b",
            tree.text(name),
        )
    }
    return sorted(variable for variable in named if f"`{variable}`" not in pages)


def test_every_word_stands_in_the_glossary_once(project: Tree):
    words = glossary_words(project.text("docs/glossary.md"))
    assert len(words) > len(FRENCH_NOUNS)
    assert sorted(set(words)) == sorted(words)


def test_every_french_noun_of_the_code_stands_in_the_glossary(project: Tree):
    used = french_nouns_used(project)
    assert "siret" in used
    assert used - set(glossary_words(project.text("docs/glossary.md"))) == set()


def test_no_document_leads_to_a_dead_end(project: Tree):
    assert dead_ends(project) == []


def test_every_defence_is_shown_by_a_test_that_exists(project: Tree):
    assert gone_tests(project) == []


def test_the_map_names_every_folder_and_every_room(project: Tree):
    assert unmapped(project) == []


def test_every_decision_is_one_numbered_page(project: Tree):
    assert long_or_odd_decisions(project) == []


def test_the_settings_page_says_what_the_settings_are():
    assert SETTINGS.read_text(encoding="utf-8") == settings_page(), "run: make pages"


def test_every_variable_is_documented(project: Tree):
    assert variables_without_a_word(project) == []


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "LICENSE", "docs/threats.md"])
def test_a_newcomer_finds(project: Tree, name):
    assert project.text(name).strip()


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_gives_both_commands(project: Tree, command):
    assert command in project.text("README.md")


def test_the_readme_shows_the_sdk_s_own_ten_lines():
    assert README.read_text(encoding="utf-8") == readme_page(), "run: make pages"


@pytest.mark.parametrize("folder", ["", "sdk_python/"])
def test_a_changelog_tells_what_is_new(project: Tree, folder):
    text = project.text(f"{folder}CHANGELOG.md")
    version = tomllib.loads(project.text(f"{folder}pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## \[?(?:Unreleased|{re.escape(version)})\b", text, re.MULTILINE)


def test_a_word_listed_twice_is_seen():
    table = "| word | meaning | where |\n|---|---|---|\n| siret | a | b |\n| siret | c | d |\n"
    assert glossary_words(table) == ["siret", "siret"]


@pytest.mark.parametrize(
    "code", ["def read_portefeuille(): ...", "class A:\n    portefeuilles: int = 1\n"]
)
def test_a_french_noun_in_code_is_seen(plant, code):
    assert french_nouns_used(plant({"mag_server/a.py": code})) == {"portefeuille"}


def test_a_dead_end_is_seen(plant):
    text = "[gone](gone.md), [here](map.md#top), `tests/gone.py`, `mag_server/`, `themes/<name>/`"
    tree = plant({"docs/map.md": text, "mag_server/app.py": ""})
    assert dead_ends(tree) == ["docs/map.md: gone.md", "docs/map.md: tests/gone.py"]


def test_a_test_that_is_gone_is_seen(plant):
    text = "`test_that_stays`, `test_that_went`"
    tree = plant({"docs/threats.md": text, "tests/test_a.py": "def test_that_stays(): ..."})
    assert gone_tests(tree) == ["docs/threats.md: test_that_went"]


def test_a_room_and_a_folder_that_the_map_lacks_are_seen(plant):
    tree = plant(
        {
            "docs/map.md": "`docs/` `mag_server/`",
            "mag_server/rooms/people/model.py": "",
            "tools/a": "",
        }
    )
    assert unmapped(tree) == ["`people`", "`tools/`"]


def test_a_decision_that_is_no_page_is_seen(plant):
    whole = "# 1. A\n\n" + " ".join(PARTS_OF_A_DECISION)
    tree = plant({"docs/decisions/0001-a.md": whole, "docs/decisions/0003-b.md": "# 2. B\n" * 61})
    faults = long_or_odd_decisions(tree)
    assert [fault for fault in faults if "0001" in fault] == []
    assert len(faults) == 2 + len(PARTS_OF_A_DECISION)


def test_a_variable_without_a_word_is_seen(plant):
    tree = plant(
        {"docs/settings.md": "| `MAG_ISSUER` |", "mag_server/a.py": "'MAG_ISSUER' 'MAG_DEPTH'"}
    )
    assert variables_without_a_word(tree) == ["MAG_DEPTH"]
