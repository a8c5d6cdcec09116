"""A room is always the same three files, and a sign on its door."""

import ast

import pytest

from tests.house.tree import Tree

ROOMS = "mag_server/rooms/"
FILES = {"__init__.py", "model.py", "store.py", "actions.py"}
WORDS_OF_A_SIGN = ("owns", "promises", "does not", "source")


def rooms_of(tree: Tree) -> list[str]:
    return sorted(
        {
            n.removeprefix(ROOMS).split("/")[0]
            for n in tree.find(".py")
            if n.count("/") > 2 and n.startswith(ROOMS)
        }
    )


def wrong_files(tree: Tree) -> list[str]:
    inside = [
        name for name in tree.names if name.startswith(ROOMS) and name != f"{ROOMS}__init__.py"
    ]
    return [name for name in inside if name.removeprefix(ROOMS).partition("/")[2] not in FILES]


def wrong_signs(tree: Tree) -> list[str]:
    return [
        f"{room}: {fault}"
        for room in rooms_of(tree)
        if (fault := _fault_of_sign(tree, f"{ROOMS}{room}/__init__.py"))
    ]


def _fault_of_sign(tree: Tree, name: str) -> str | None:
    if name not in tree.names:
        return "no sign"
    module = tree.syntax(name)
    sign = ast.get_docstring(module)
    if sign is None:
        return "no sign"
    if len(module.body) != 1:
        return "code on the sign"
    missing = [word for word in WORDS_OF_A_SIGN if word not in sign.lower()]
    return f"the sign does not say: {', '.join(missing)}" if missing else None


def test_a_room_has_no_file_but_model_store_and_actions(project: Tree):
    assert wrong_files(project) == []


def test_every_room_has_a_sign_that_says_what_it_owns_promises_and_does_not(project: Tree):
    assert rooms_of(project)
    assert wrong_signs(project) == []


def test_a_fourth_file_is_seen(plant):
    tree = plant(
        {f"{ROOMS}people/names.py": "", f"{ROOMS}people/model.py": "", f"{ROOMS}loose.py": ""}
    )
    assert wrong_files(tree) == [f"{ROOMS}loose.py", f"{ROOMS}people/names.py"]


SIGN = '"""People.\n\nOwns: rows. Promises: order. Does not: send mail. Source: D-16.\n"""\n'


@pytest.mark.parametrize(
    ("sign", "fault"),
    [
        (SIGN, []),
        ("", ["people: no sign"]),
        (SIGN + "from mag_server.rooms.people.model import Person\n", ["people: code on the sign"]),
        ('"""Owns and promises. Source: D-16."""\n', ["people: the sign does not say: does not"]),
    ],
)
def test_a_wrong_sign_is_seen(plant, sign, fault):
    assert wrong_signs(plant({f"{ROOMS}people/__init__.py": sign})) == fault


def test_a_missing_sign_is_seen(plant):
    assert wrong_signs(plant({f"{ROOMS}people/model.py": ""})) == ["people: no sign"]
