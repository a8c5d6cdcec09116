"""A file says one thing in at most 400 lines; a function fits one screen, 50 lines at most."""

import ast

from tests.house.tree import Tree

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 50
# Alembic's own shape: one function holds the whole step.
EXEMPT_FROM_FUNCTIONS = "mag_server/migrations/versions/"


def long_files(tree: Tree) -> list[str]:
    return [
        f"{name}: {count} lines"
        for name in tree.find(".py", ".js", ".ts", ".css", ".html")
        if (count := len(tree.text(name).splitlines())) > MOST_LINES_OF_A_FILE
    ]


def long_functions(tree: Tree) -> list[str]:
    return [
        f"{name}:{node.lineno}: {node.name}, {count} lines"
        for name in tree.find(".py")
        if not name.startswith(EXEMPT_FROM_FUNCTIONS)
        for node in tree.definitions(name)
        if not isinstance(node, ast.ClassDef)
        if (count := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]


def test_no_file_is_longer_than_400_lines(project: Tree):
    assert long_files(project) == []


def test_no_function_is_longer_than_50_lines(project: Tree):
    assert long_functions(project) == []


def test_a_file_of_401_lines_is_seen(plant):
    tree = plant(
        {"mag_server/base/long.py": "x = 1\n" * 401, "mag_server/base/right.py": "x\n" * 400}
    )
    assert long_files(tree) == ["mag_server/base/long.py: 401 lines"]


def test_a_function_of_51_lines_is_seen(plant):
    long = "def long():\n" + "    x = 1\n" * 50
    right = "\n\ndef right():\n" + "    x = 1\n" * 49
    assert long_functions(plant({"a.py": long + right})) == ["a.py:1: long, 51 lines"]


def test_a_long_method_is_seen_too(plant):
    text = "class Room:\n    def long(self):\n" + "        x = 1\n" * 50
    assert long_functions(plant({"a.py": text})) == ["a.py:2: long, 51 lines"]
