"""The listed mutants still mean something; `make mutants` runs them."""

import pytest

from tests.house.tree import Tree
from tests.mutants import Mutant, read_mutants
from tests.mutants.__main__ import complaint

MUTANTS = read_mutants()
BREAK = Mutant(breaks="counting", file="a.py", old="+ 1", new="+ 2", test="tests/test_a.py::test_a")


def test_no_promise_is_listed_twice():
    promises = [mutant.breaks for mutant in MUTANTS]
    assert sorted(set(promises)) == sorted(promises)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.breaks)
def test_a_listed_mutant_still_applies_and_still_compiles(project: Tree, mutant: Mutant):
    broken = mutant.patched(project.text(mutant.file))
    if mutant.file.endswith(".py"):
        compile(broken, mutant.file, "exec")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.breaks)
def test_the_test_that_a_mutant_names_exists(project: Tree, mutant: Mutant):
    file, _, test = mutant.test.partition("::")
    name = test.partition("[")[0].rpartition("::")[2]
    assert name in {node.name for node in project.definitions(file)}


def test_a_patch_that_no_longer_applies_is_an_error():
    with pytest.raises(ValueError, match="holds 0 times"):
        BREAK.patched("x = x - 1")


def test_a_patch_that_applies_in_two_places_is_an_error():
    with pytest.raises(ValueError, match="holds 2 times"):
        BREAK.patched("x = x + 1 + 1")


def test_a_patch_breaks_what_it_says():
    assert BREAK.patched("x = x + 1") == "x = x + 2"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("test_a.py::test_the_sum", None),
        ("test_a.py::test_that_cannot_fail", "test_a.py::test_that_cannot_fail stays green"),
        (
            "test_a.py::test_broken_before_it_begins",
            "test_a.py::test_broken_before_it_begins cannot run (pytest says 6)",
        ),
        ("test_a.py::test_gone", "test_a.py::test_gone cannot run (pytest says 4)"),
    ],
)
def test_a_mutant_counts_as_killed_only_by_a_red_test(plant, test, said):
    tests = "from a import add\n\ndef test_the_sum():\n    assert add(1) == 2\n"
    tests += "\ndef test_that_cannot_fail():\n    assert add(1)\n"
    tests += "\nimport pytest\n\n@pytest.fixture\ndef sum():\n    assert add(1) == 2\n"
    tests += "\ndef test_broken_before_it_begins(sum):\n    pass\n"
    tree = plant({"a.py": "def add(x):\n    return x + 1\n", "test_a.py": tests})
    mutant = Mutant(breaks="counting", file="a.py", old="+ 1", new="+ 2", test=test)
    assert complaint(tree.root, mutant) == said
    assert tree.text("a.py").endswith("return x + 1\n")
