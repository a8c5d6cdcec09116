"""Every state of every theme has its picture, light and dark, narrow and wide (`make screens`)."""

import itertools

from mag_server.rooms.themes.actions import list_themes
from tests.house.tree import Tree

STATES = ("empty", "filled", "error", "throttled", "busy")
WIDTHS = (320, 1280)


def missing_pictures(tree: Tree, themes: list[str]) -> list[str]:
    wanted = [
        f"docs/screens/{theme}-{state}-{width}{scheme}.png"
        for theme, state, width, scheme in itertools.product(themes, STATES, WIDTHS, ("", "-dark"))
    ]
    return [name for name in wanted if name not in tree.names]


def test_no_picture_is_missing(project: Tree):
    assert len(list_themes()) >= 4
    assert missing_pictures(project, list_themes()) == []


def test_a_theme_without_pictures_is_seen(project: Tree):
    assert len(missing_pictures(project, ["not-drawn-yet"])) == 20
