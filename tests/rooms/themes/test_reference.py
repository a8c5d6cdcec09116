"""The reference theme explains every token there is: a designer reads it and nothing else."""

import re
import tomllib

from mag_server.base import places
from mag_server.rooms.themes.model import OPTIONAL_COLOURS, REQUIRED_COLOURS, WORD_SLOTS

FOLDER = places.themes_folder() / "reference"


def explained(text: str) -> set[str]:
    """Return the keys that have a comment of their own right above them."""
    return set(re.findall(r"^#[^\n]+\n([\w-]+) = ", text, re.MULTILINE))


def test_every_colour_is_there_in_light_and_dark_and_explained_once():
    text = (FOLDER / "theme.toml").read_text("utf-8")
    colours = {*REQUIRED_COLOURS, *OPTIONAL_COLOURS}
    written = tomllib.loads(text)["colours"]
    assert set(written["light"]) == set(written["dark"]) == colours
    light = text.partition("[colours.light]")[2].partition("[colours.dark]")[0]
    assert colours - explained(light) == set()


def test_every_size_layout_and_contact_is_there():
    written = tomllib.loads((FOLDER / "theme.toml").read_text("utf-8"))
    assert set(written["layout"]) == {"kind", "pair_names", "show_provider"}
    assert set(written["assistance"]) == {"url", "email", "telephone"}
    assert set(written["sign_up"]) == {"entreprise", "expert-comptable"}


def test_every_word_is_there():
    written = tomllib.loads((FOLDER / "words.fr.toml").read_text("utf-8"))
    slots = {f"{table}.{word}" for table, words in written.items() for word in words}
    assert WORD_SLOTS - slots == set()


def test_every_word_is_shown_somewhere():
    shown = "".join(page.read_text("utf-8") for page in places.TEMPLATES.rglob("*.html"))
    # Those of the two services are put together from « first » and « second ».
    services = {
        f"about.{which}_{what}" for which in ("first", "second") for what in ("title", "text")
    }
    assert {slot for slot in WORD_SLOTS - services if f'"{slot}"' not in shown} == set()


def test_a_token_without_a_comment_is_seen():
    assert explained('# What it is.\npage = "#FFFFFF"\nlink = "#000000"\n') == {"page"}
