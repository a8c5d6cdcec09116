"""A name says its subject: the words that fit everything are refused."""

import ast
import re
from pathlib import PurePosixPath

import pytest

from tests.house.tree import Tree

ANYWHERE = {"util", "utils", "helper", "helpers", "manager", "managers"}
# These say nothing as the subject of a name, though they may qualify one (`data_url`).
WHOLE_OR_LAST = {"data", "info"}
WHOLE_OR_FIRST = {"handle"}
# The standard's own names, and those a library calls.
GIVEN_BY_OTHERS = {"userinfo", "user_info", "UserInfo", "handle_DATA", "handle_MAIL", "handle_RCPT"}
BASES_THAT_NAME_METHODS = {"HTMLParser", "BaseHTTPRequestHandler", "Handler"}


def words_of(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def is_banned(name: str) -> bool:
    words = words_of(name)
    return name not in GIVEN_BY_OTHERS and bool(
        ANYWHERE & set(words)
        or (words and (words[-1] in WHOLE_OR_LAST or words[0] in WHOLE_OR_FIRST))
    )


def banned_files(tree: Tree) -> list[str]:
    return [
        name
        for name in tree.find(".py", ".js", ".ts", ".css", ".html")
        if any(
            is_banned(part)
            for part in (PurePosixPath(name).parent / PurePosixPath(name).stem).parts
        )
    ]


def banned_definitions(tree: Tree) -> list[str]:
    return [
        f"{name}:{node.lineno}: {node.name}"
        for name in tree.find(".py")
        for node in tree.definitions(name)
        # A test's name is a whole sentence, and may use any word.
        if not node.name.startswith("test_")
        and is_banned(node.name)
        and node not in _methods_named_by_a_library(tree, name)
    ]


def _methods_named_by_a_library(tree: Tree, name: str) -> list[ast.AST]:
    return [
        method
        for node in tree.definitions(name)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).split(".")[-1] in BASES_THAT_NAME_METHODS for base in node.bases)
        for method in node.body
    ]


def foreign_letters(tree: Tree) -> list[str]:
    return [
        f"{name}:{node.lineno}: {node.name}"
        for name in tree.find(".py")
        for node in tree.definitions(name)
        if not node.name.isascii()
    ]


def test_no_module_is_named_utils_helpers_manager_data_info_or_handle(project: Tree):
    assert banned_files(project) == []


def test_no_function_or_class_is_named_so_either(project: Tree):
    assert banned_definitions(project) == []


def test_names_in_code_carry_no_accents(project: Tree):
    assert foreign_letters(project) == []


@pytest.mark.parametrize(
    "name", ["utils", "test_utils", "helpers", "manager", "data", "user_data", "info", "handle"]
)
def test_a_banned_module_is_seen(plant, name):
    assert banned_files(plant({f"mag_server/base/{name}.py": ""})) == [f"mag_server/base/{name}.py"]


@pytest.mark.parametrize(
    "name", ["handle_request", "get_data", "SessionManager", "UrlHelper", "token_info", "handle"]
)
def test_a_banned_function_or_class_is_seen(plant, name):
    kind = "class" if name[0].isupper() else "def"
    text = f"{kind} {name}{'' if kind == 'class' else '()'}:\n    ...\n"
    assert banned_definitions(plant({"a.py": text})) == [f"a.py:1: {name}"]


@pytest.mark.parametrize("name", ["database", "userinfo", "data_url", "visit_handle", "informed"])
def test_a_word_that_only_looks_alike_is_left_alone(plant, name):
    assert banned_definitions(plant({"a.py": f"def {name}():\n    ...\n"})) == []


def test_an_accent_in_a_name_is_seen(plant):
    assert foreign_letters(plant({"a.py": "def prénom():\n    ...\n"})) == ["a.py:1: prénom"]
