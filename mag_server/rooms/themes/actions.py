"""What one can do with themes: find one, list them, check them, draw one."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from mag_server.base.drawing import Drawing, read_drawing
from mag_server.base.words import SOURCE_LANGUAGE, typographic
from mag_server.rooms.themes import store
from mag_server.rooms.themes.model import (
    DEFAULT_THEME,
    NAME_PATTERN,
    OPTIONAL_COLOURS,
    REQUIRED_COLOURS,
    WRITE_A_WORD,
    Assistance,
    Layout,
    Shape,
    SignUp,
    Theme,
    Unusable,
    colour_complaints,
    complete_colours,
    contrast_complaints,
    email_complaint,
    is_word,
    quoted,
    shape_complaints,
    telephone_complaint,
    url_complaint,
    word_complaints,
)

__all__ = [
    "DEFAULT_THEME",
    "check_folder",
    "find_theme",
    "list_themes",
    "theme_logo_file",
    "theme_stylesheet",
]

LOGO_CLASSES = frozenset({*REQUIRED_COLOURS, *OPTIONAL_COLOURS})
_TOP_LEVEL = {"title", "layout", "colours", "shape", "assistance", "forgotten", "sign_up"}
_read_before: dict[Path, tuple[object, Theme | Unusable]] = {}


def find_theme(name: str, *, own: Path | None = None) -> Theme | Unusable | None:
    """Find a theme by its name, read again only when its files changed.

    Args:
        name: The folder's name, as a partner registers it.
        own: The deployer's own folder of themes (MAG_THEMES_DIR), looked at first.

    Returns:
        The theme; why it may not be used; or None when no folder has that name.
    """
    if not NAME_PATTERN.fullmatch(name):
        return None
    folder = store.locate(name, store.shelves(own))
    if folder is None:
        return None
    now = store.stamp(folder)
    known = _read_before.get(folder)
    if known is None or known[0] != now:
        known = _read_before[folder] = (now, check_folder(folder))
    return known[1]


def list_themes(*, own: Path | None = None) -> list[str]:
    """List the names a partner may register, whether usable or not."""
    shelves = store.shelves(own)
    return sorted({name for shelf in shelves for name in store.folder_names(shelf)})


def check_folder(folder: Path) -> Theme | Unusable:
    """Read a designer's folder and judge it.

    Returns:
        The theme, or every reason why it may not be used.
    """
    name = folder.resolve().name
    if not NAME_PATTERN.fullmatch(name):
        return Unusable(name, ("The folder's name: write small letters, digits and hyphens.",))
    try:
        written = store.read(folder)
    except store.FolderUnreadable as error:
        return Unusable(name, (str(error),))
    logo = read_drawing(written.logo, classes=LOGO_CLASSES)
    complaints = [*_complaints(written), *_logo_complaints(logo)]
    if complaints or not isinstance(logo, Drawing):
        return Unusable(name, tuple(complaints))
    return _theme(name, written, logo)


def theme_stylesheet(theme: Theme) -> tuple[str, str]:
    """Write a theme's tokens as a stylesheet.

    Returns:
        The text, and a digest of it to stand in its address.
    """
    shape, fonts = theme.shape, "".join(f'"{font}", ' for font in theme.shape.fonts)
    shared = {
        "field-radius": f"{shape.field_radius}px",
        "card-radius": f"{shape.card_radius_top}px {shape.card_radius_top}px "
        f"{shape.card_radius_bottom}px {shape.card_radius_bottom}px",
        "card-width": f"{shape.card_width / 16:g}rem",
        "card-rule": f"{shape.card_rule}px",
        "fonts": f'{fonts}system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", '
        "Arial, sans-serif",
    }
    light = _properties({**theme.light, **shared, "shadow": shape.shadow})
    dark = _properties({**theme.dark, "shadow": "none"})
    logo = "".join(
        f".mag-logo .{name} {{ fill: var(--mag-{name}); }}\n" for name in sorted(LOGO_CLASSES)
    )
    # In a frame the page around it decides: a page that is light alone stays so on a dark screen.
    text = (
        f":root {{\n  color-scheme: light dark;\n{light}}}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f':root:not([data-scheme="light"]) {{\n{dark}}}\n}}\n'
        ':root[data-scheme="light"] { color-scheme: light; }\n'
        f':root[data-scheme="dark"] {{\n  color-scheme: dark;\n{dark}}}\n{logo}'
    )
    return text, _digest(text)


def theme_logo_file(theme: Theme) -> tuple[str, str]:
    """Give a theme's logo as a file of its own, in its light colours.

    Returns:
        The SVG, and a digest of it to stand in its address.
    """
    return theme.logo_file, _digest(theme.logo_file)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _properties(values: Mapping[str, str]) -> str:
    return "".join(f"  --mag-{name}: {value};\n" for name, value in values.items())


# --- judging -----------------------------------------------------------------------------------


def _complaints(written: store.Folder) -> Iterator[str]:
    table = written.theme
    for name in sorted(table.keys() - _TOP_LEVEL):
        yield f"{name} is not a table MAG knows; see themes/reference/theme.toml."
    if "title" not in table:
        yield "title is missing."
    elif not is_word(table["title"]):
        yield f"title = {quoted(table['title'])}: {WRITE_A_WORD}"
    yield from _layout_complaints(_table(table, "layout"))
    yield from _colours_complaints(table)
    yield from shape_complaints(_table(table, "shape"))
    yield from _assistance_complaints(_table(table, "assistance"))
    yield from _address_complaints(table)
    for language, words in written.words.items():
        yield from word_complaints(words, language=language)


def _table(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = table.get(name, {})
    return found if isinstance(found, dict) else {name: found}


def _layout_complaints(layout: Mapping[str, Any]) -> Iterator[str]:
    kinds = [kind.value for kind in Layout]
    for name, value in layout.items():
        if name == "kind":
            if value not in kinds:
                yield f"layout: kind = {quoted(value)}: write one of {', '.join(kinds)}."
        elif name in {"pair_names", "show_provider"}:
            if not isinstance(value, bool):
                yield f"layout: {name} = {quoted(value)}: write true or false."
        else:
            yield f"layout: {name} is not an option MAG knows."
    if "kind" not in layout:
        yield "layout: kind is missing."


def _colours_complaints(table: Mapping[str, Any]) -> Iterator[str]:
    colours = _table(table, "colours")
    # Compared, not looked up in a set: the value may be a list, which no set takes.
    kind = _table(table, "layout").get("kind")
    layout = next((known for known in Layout if known.value == kind), None)
    for mode in sorted(colours.keys() - {"light", "dark"}):
        yield f"colours: {mode} is not a mode: write light and dark."
    for mode in ("light", "dark"):
        given = _table(colours, mode)
        found = list(colour_complaints(given, mode=mode))
        yield from found
        if not found and layout is not None:
            yield from contrast_complaints(complete_colours(given), mode=mode, layout=layout)


def _assistance_complaints(assistance: Mapping[str, Any]) -> Iterator[str]:
    if not assistance:
        yield "assistance: write a url, an email or a telephone: people must be able to ask."
    for name, value in assistance.items():
        if name == "url":
            complaint = url_complaint(value, where="assistance: url")
        elif name == "email":
            complaint = email_complaint(value, where="assistance: email")
        elif name == "telephone":
            complaint = telephone_complaint(value, where="assistance: telephone")
        else:
            complaint = f"assistance: {name} is not one of url, email, telephone."
        if complaint:
            yield complaint


def _address_complaints(table: Mapping[str, Any]) -> Iterator[str]:
    forgotten = _table(table, "forgotten")
    for name in sorted(forgotten.keys() - {"url"}):
        yield f"forgotten: {name} is not one of url."
    if "url" in forgotten and (
        complaint := url_complaint(forgotten["url"], where="forgotten: url")
    ):
        yield complaint
    kinds = {kind.value for kind in SignUp}
    for kind, entry in _table(table, "sign_up").items():
        if kind not in kinds or not isinstance(entry, dict) or entry.keys() - {"url"}:
            yield f"sign_up: {kind}: write [sign_up.entreprise] or [sign_up.expert-comptable]."
            continue
        where = f"sign_up.{kind}: url"
        if "url" in entry and (complaint := url_complaint(entry["url"], where=where)):
            yield complaint


def _logo_complaints(logo: Drawing | tuple[str, ...]) -> Iterator[str]:
    if not isinstance(logo, Drawing):
        yield from (f"logo.svg {complaint}" for complaint in logo)


# --- building, after every check passed --------------------------------------------------------


def _theme(name: str, written: store.Folder, logo: Drawing) -> Theme:
    table = written.theme
    layout, light = table["layout"], complete_colours(table["colours"]["light"])
    return Theme(
        name=name,
        title=typographic(table["title"]),
        layout=Layout(layout["kind"]),
        pair_names=layout.get("pair_names", False),
        show_provider=layout.get("show_provider", False),
        light=light,
        dark=complete_colours(table["colours"]["dark"]),
        shape=_shape(table.get("shape", {})),
        assistance=Assistance(**table["assistance"]),
        forgotten_url=table.get("forgotten", {}).get("url"),
        sign_up={
            SignUp(kind): entry.get("url") for kind, entry in table.get("sign_up", {}).items()
        },
        logo=logo.inline,
        logo_file=logo.as_file(light),
        words={language: _set(words, language) for language, words in written.words.items()},
    )


def _shape(given: Mapping[str, Any]) -> Shape:
    known = {entry.name for entry in fields(Shape)} - {"fonts"}
    sizes = {name: value for name, value in given.items() if name in known}
    return Shape(**sizes, fonts=tuple(given.get("fonts", ())))


def _set(words: Mapping[str, str], language: str) -> dict[str, str]:
    set_in_type = typographic if language == SOURCE_LANGUAGE else str
    return {slot: set_in_type(text) for slot, text in words.items()}
