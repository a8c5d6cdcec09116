"""Every state of every theme has its picture, light and dark, narrow and wide (`make screens`)."""

import itertools
import re
import struct
import zlib
from pathlib import Path

import pytest

from mag_server.rooms.themes.actions import list_themes
from tests.house.tree import Tree

STATES = ("empty", "filled", "error", "throttled", "busy")
WIDTHS = (320, 1280)
LEAST_HEIGHT = 300
# A drawn page holds nearly all 256, a page of one colour four or five.
LEAST_OCTET_VALUES = 64
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WIDTH = re.compile(r"-(320|1280)(-dark)?\.png$")


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


def fault_of(name: str, octets: bytes) -> str | None:
    """Return why a file is no picture of a page of the width its name says (PNG, RFC 2083)."""
    if not octets.startswith(_SIGNATURE):
        return "is no PNG"
    try:
        width, height, pixels = read_picture(octets)
    except (struct.error, zlib.error, KeyError):
        return "is a broken PNG"
    wanted = _WIDTH.search(name)
    if wanted is None or width != int(wanted[1]):
        return f"is {width} pixels wide, which its name does not say"
    if height < LEAST_HEIGHT:
        return f"is {height} pixels high"
    return "is empty" if len(set(pixels)) < LEAST_OCTET_VALUES else None


def read_picture(octets: bytes) -> tuple[int, int, bytes]:
    chunks: dict[bytes, bytes] = {}
    place = len(_SIGNATURE)
    while place < len(octets):
        length, kind = struct.unpack_from(">I4s", octets, place)
        chunks[kind] = chunks.get(kind, b"") + octets[place + 8 : place + 8 + length]
        place += length + 12
    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    return width, height, zlib.decompress(chunks[b"IDAT"])


def faulty_pictures(tree: Tree) -> list[str]:
    pictures = tree.find(".png", under=("docs/screens",))
    faults = {name: fault_of(name, (tree.root / name).read_bytes()) for name in pictures}
    return [f"{name} {fault}" for name, fault in faults.items() if fault]


def test_every_picture_is_a_page_of_the_width_its_name_says(project: Tree):
    assert faulty_pictures(project) == []


def drawn(width: int, height: int, row: bytes) -> bytes:
    def chunk(kind: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + kind + held + bytes(4)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for _ in range(height)))
    return _SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


PAGE = bytes(range(240)) * 4


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        (b"", "is no PNG"),
        (b"GIF89a", "is no PNG"),
        (drawn(320, 400, PAGE)[:200], "is a broken PNG"),
        (_SIGNATURE, "is a broken PNG"),
        (drawn(1280, 400, PAGE * 4), "is 1280 pixels wide, which its name does not say"),
        (drawn(320, 20, PAGE), "is 20 pixels high"),
        (drawn(320, 400, b"\xff\x10\x20" * 320), "is empty"),
    ],
)
def test_a_picture_that_shows_nothing_is_seen(tmp_path: Path, octets: bytes, fault: str):
    folder = tmp_path / "docs" / "screens"
    folder.mkdir(parents=True)
    (folder / "klesia-empty-320.png").write_bytes(drawn(320, 400, PAGE))
    (folder / "klesia-busy-320-dark.png").write_bytes(octets)
    assert faulty_pictures(Tree(tmp_path)) == [f"docs/screens/klesia-busy-320-dark.png {fault}"]
