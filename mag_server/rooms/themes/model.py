"""A theme: its values, and the pure rules that decide whether it may be used."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeGuard

from mag_server.base.contacts import is_plain_email, is_safe_link, is_telephone

DEFAULT_THEME = "net-entreprises"
NAME_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,39}")

TEXT_RATIO = 4.5  # WCAG 2.2, 1.4.3
GRAPHIC_RATIO = 3.0  # WCAG 2.2, 1.4.11

REQUIRED_COLOURS = (
    "page", "surface", "subtle", "line", "field-line", "text", "text-2", "accent",
    "primary", "primary-hover", "on-primary", "link", "focus", "error", "error-bg", "ok", "ok-bg",
)  # fmt: skip
# A colour a theme leaves out is drawn with another one.
OPTIONAL_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "mark": "text",
        "select": "subtle",
        "fill": "subtle",
        "band": "primary",
        "on-band": "on-primary",
        "panel": "surface",
        "panel-2": "panel",
        "panel-3": "panel",
        "on-panel": "text",
        "on-panel-2": "text-2",
    }
)
# (drawn, on, what it needs): every pair that MAG's pages put on a screen.
PAIRS = (
    *(("text", on, TEXT_RATIO) for on in ("surface", "page", "subtle")),
    *(("text-2", on, TEXT_RATIO) for on in ("surface", "page", "subtle")),
    *(("link", on, TEXT_RATIO) for on in ("surface", "page", "subtle")),
    ("mark", "surface", TEXT_RATIO),
    ("on-primary", "primary", TEXT_RATIO),
    ("on-primary", "primary-hover", TEXT_RATIO),
    ("primary", "surface", GRAPHIC_RATIO),
    ("field-line", "surface", GRAPHIC_RATIO),
    *(("focus", on, GRAPHIC_RATIO) for on in ("surface", "page")),
    *(("error", on, TEXT_RATIO) for on in ("surface", "error-bg")),
    ("text", "error-bg", TEXT_RATIO),
    *(("ok", on, TEXT_RATIO) for on in ("surface", "ok-bg")),
    ("text", "select", TEXT_RATIO),
    ("primary", "fill", GRAPHIC_RATIO),
    ("on-band", "band", TEXT_RATIO),
    *(("on-panel", on, TEXT_RATIO) for on in ("panel", "panel-2", "panel-3")),
    ("on-panel-2", "panel", TEXT_RATIO),
)  # fmt: skip


class Layout(StrEnum):
    """How the page is arranged around the card."""

    CENTRED = "centred"  # header, band, one card in the middle
    PANEL = "panel"  # a coloured half with a drawing, and the card beside it
    COLUMNS = "columns"  # a heavy heading, what one can do at left, the card at right


class SignUp(StrEnum):
    """The two kinds of account a partner may offer to create (A-35; reading 8)."""

    ENTREPRISE = "entreprise"
    EXPERT_COMPTABLE = "expert-comptable"


# What each layout draws besides the common pairs.
LAYOUT_PAIRS: Mapping[Layout, tuple[tuple[str, str, float], ...]] = MappingProxyType(
    {
        Layout.CENTRED: (("accent", "surface", GRAPHIC_RATIO),),
        Layout.PANEL: (("accent", "panel", TEXT_RATIO),),
        Layout.COLUMNS: (("accent", "page", GRAPHIC_RATIO),),
    }
)

# Every word a theme may change, and where it stands; the French default is in the templates.
WORD_SLOTS = frozenset(
    {
        "brand.name", "brand.tag", "brand.signature", "brand.band", "brand.band_more",
        "brand.heading", "brand.subheading", "brand.domain",
        "about.lead",
        "about.first_title", "about.first_text", "about.second_title", "about.second_text",
        "sign_in.title", "sign_in.instruction",
        "sign_in.siret_label", "sign_in.siret_help",
        "sign_in.nom_label", "sign_in.nom_help",
        "sign_in.prenom_label", "sign_in.prenom_help", "sign_in.names_help",
        "sign_in.password_label", "sign_in.password_help",
        "sign_in.submit", "sign_in.cancel", "sign_in.forgotten",
        "sign_up.title", "sign_up.entreprise", "sign_up.expert_comptable",
        "assistance.question", "assistance.link",
    }
)  # fmt: skip
WORD_MOST_CHARACTERS = 300
WRITE_A_WORD = f"write a text of 1 to {WORD_MOST_CHARACTERS} characters, on one line."


@dataclass(frozen=True)
class Shape:
    """Sizes in CSS pixels, and the shadow of the card in light mode."""

    field_radius: int = 6
    card_radius_top: int = 8
    card_radius_bottom: int = 8
    card_width: int = 464
    card_rule: int = 0
    shadow: str = "none"
    fonts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assistance:
    """Whom a person turns to: at least one of the three."""

    url: str | None = None
    email: str | None = None
    telephone: str | None = None


@dataclass(frozen=True)
class Theme:
    """A theme that passed every check."""

    name: str
    title: str
    layout: Layout
    light: Mapping[str, str]
    dark: Mapping[str, str]
    shape: Shape
    assistance: Assistance
    logo: str = field(repr=False)  # to stand in a page, checked
    logo_file: str = field(repr=False)  # the same as a file, in the light colours
    pair_names: bool = False
    # Who vouches is shown in the card when the page carries the partner's brand, not ours.
    show_provider: bool = False
    forgotten_url: str | None = None
    # The kinds offered, in order; None where MAG's own page answers.
    sign_up: Mapping[SignUp, str | None] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def word(self, slot: str, *, language: str, default: str) -> str:
        """Say a slot in the theme's own words, or else the given ones."""
        return self.words.get(language, {}).get(slot, default)


@dataclass(frozen=True)
class Unusable:
    """A theme that may not be used, with one sentence for each reason."""

    name: str
    complaints: tuple[str, ...]


# --- what every complaint is made of ------------------------------------------------------------


def quoted(value: object) -> str:
    """Write a value of a theme's file into a sentence, on one line and never at length.

    TOML knows more than texts and numbers, and the log repeats the sentence at each page.
    """
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and value.bit_length() > 64:  # noqa: PLR2004 - what TOML promises
        return "a number of many digits"  # Python itself refuses to write one of 4301
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line of the log


def is_word(value: object) -> TypeGuard[str]:
    """Tell whether a value is a text that fits where it is shown, on one line."""
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= len(value) <= WORD_MOST_CHARACTERS
        and re.search(r"[\x00-\x1f\x7f]", value) is None
    )


# --- colours -----------------------------------------------------------------------------------

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_SHADOW = re.compile(
    r"none|-?\d+(?:px)? -?\d+px \d+px(?: -?\d+px)? #[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?"
    r"(?:, -?\d+(?:px)? -?\d+px \d+px(?: -?\d+px)? #[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?)*"
)
_FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,39}")


def contrast(first: str, second: str) -> float:
    """Compute the contrast ratio of two #RRGGBB colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


def complete_colours(given: Mapping[str, str]) -> dict[str, str]:
    """Give each colour left out the one it is drawn with."""
    colours = dict(given)
    for name, other in OPTIONAL_COLOURS.items():
        colours.setdefault(name, colours[other])
    return colours


def colour_complaints(given: Mapping[str, object], *, mode: str) -> Iterator[str]:
    """Say what is wrong with a table of colours, before any ratio is computed."""
    for name in sorted(given.keys() - {*REQUIRED_COLOURS, *OPTIONAL_COLOURS}):
        yield f"colours.{mode}: {name} is not a colour MAG knows; see themes/reference/theme.toml."
    for name in REQUIRED_COLOURS:
        if name not in given:
            yield f"colours.{mode}: {name} is missing."
    for name, value in given.items():
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            yield f"colours.{mode}: {name} = {quoted(value)} is not a colour: write it as #1A2B3C."


def contrast_complaints(colours: Mapping[str, str], *, mode: str, layout: Layout) -> Iterator[str]:
    """Name each pair that people could not read, with its ratio.

    Args:
        colours: A complete table.
        mode: `light` or `dark`, for the sentence.
        layout: Which pairs exist besides the common ones.
    """
    for drawn, on, needed in (*PAIRS, *LAYOUT_PAIRS[layout]):
        ratio = contrast(colours[drawn], colours[on])
        if ratio < needed:
            yield (
                f"colours.{mode}: {drawn} {colours[drawn]} on {on} {colours[on]} has a contrast "
                f"of {int(ratio * 100) / 100:.2f}:1; it needs {needed}:1."
            )


# --- shape, addresses, words -------------------------------------------------------------------

_SIZES = {
    "field_radius": (0, 24),
    "card_radius_top": (0, 32),
    "card_radius_bottom": (0, 32),
    "card_width": (440, 480),
    "card_rule": (0, 8),
}


def shape_complaints(given: Mapping[str, object]) -> Iterator[str]:
    """Say what is wrong with sizes, shadow and fonts."""
    for name, value in given.items():
        if name in _SIZES:
            lowest, highest = _SIZES[name]
            if type(value) is not int or not lowest <= value <= highest:
                yield (
                    f"shape: {name} = {quoted(value)}: write a whole number, {lowest} to {highest}."
                )
        elif name == "shadow":
            if not isinstance(value, str) or not _SHADOW.fullmatch(value):
                yield f"shape: shadow = {quoted(value)}: write none, or 0 1px 2px #0B2D660F."
        elif name == "fonts":
            if not isinstance(value, list) or not all(_is_font(font) for font in value):
                yield f"shape: fonts = {quoted(value)}: write a list of names, letters and digits."
        else:
            yield f"shape: {name} is not a size MAG knows; see themes/reference/theme.toml."


def _is_font(font: object) -> bool:
    return isinstance(font, str) and _FONT.fullmatch(font) is not None


def email_complaint(email: object, *, where: str) -> str | None:
    """Refuse what is not one plain address."""
    if isinstance(email, str) and is_plain_email(email):
        return None
    return f"{where} = {quoted(email)}: write one plain address, such as aide@example.fr."


def telephone_complaint(telephone: object, *, where: str) -> str | None:
    """Refuse what a telephone could not dial."""
    if isinstance(telephone, str) and is_telephone(telephone):
        return None
    return f'{where} = {quoted(telephone)}: write a number in quotes, such as "+33 1 99 00 12 34".'


def url_complaint(url: object, *, where: str) -> str | None:
    """Refuse an address that could run code, leave https, or hide where it leads."""
    if isinstance(url, str) and is_safe_link(url):
        return None
    return f"{where} = {quoted(url)} is refused: write https://, mailto: or tel:."


def word_complaints(words: Mapping[str, object], *, language: str) -> Iterator[str]:
    """Say what is wrong with a theme's words: unknown slot, too long, untrue password hint."""
    for slot, text in words.items():
        where = f"words.{language}: {slot}"
        if slot not in WORD_SLOTS:
            yield f"{where} is not a word MAG shows; see themes/reference/words.fr.toml."
        elif not is_word(text):
            yield f"{where}: {WRITE_A_WORD}"
        elif slot == "sign_in.password_help":
            yield from (f"{where}: {problem}" for problem in hint_complaints(text))


# --- the password hint (B-35, B-36, B-37; reading 21) ------------------------------------------

LEAST_LETTERS = 6
LEAST_DIGITS = 2
MOST_CHARACTERS = 20

_NUMBER_WORDS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "dix": 10, "douze": 12, "vingt": 20,
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20,
}  # fmt: skip
_COUNT = re.compile(
    r"\b(?P<number>\d+|" + "|".join(_NUMBER_WORDS) + r")\s+"
    r"(?P<what>caractères?|characters?|lettres?|letters?|chiffres?|digits?|numbers?)\b"
    r"(?P<after>[^,.;]{0,24})",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"au plus|maximum|au maximum|at most|no more than|jusqu|up to|ne pas dépasser", re.IGNORECASE
)
_AT_LEAST = re.compile(r"au moins|minimum|at least|ou plus|or more", re.IGNORECASE)
_STRICTER = re.compile(
    r"majuscules?|minuscules?|capitale?s?|upper[- ]?case|lower[- ]?case|sp[ée]cia(?:l|ux|le)\w*|"
    r"ponctuation|punctuation|symboles?|symbols?|accent\w*",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"conseil|recommand|accept|autoris|possible|peu[tvx]|préférence|may|can|allowed|advis",
    re.IGNORECASE,
)


def hint_complaints(hint: str) -> Iterator[str]:
    """Say where a password hint asks for something else than MAG does.

    MAG asks for at least 6 letters, at least 2 digits, at most 20 characters. A hint may leave
    a rule out; it may not state another one, nor present advice (B-38, B-39) as a rule.
    """
    for sentence in re.split(r"(?<=[.;])\s+", hint):
        if (found := _STRICTER.search(sentence)) and not _ADVICE.search(sentence):
            yield f"« {found[0]} » is not one of MAG's rules; leave it out or say it is advice."
        for count in _COUNT.finditer(sentence):
            if problem := _count_complaint(count, sentence):
                yield problem


def _count_complaint(count: re.Match[str], sentence: str) -> str | None:
    number = _number(count["number"])
    what = count["what"].lower()
    clause = re.split(r"[,;.:]| et | and ", sentence[: count.start()])[-1] + count["after"]
    at_most = bool(_AT_MOST.search(clause)) and not _AT_LEAST.search(clause)
    if what.startswith(("caract", "charact")):
        fewest = LEAST_LETTERS + LEAST_DIGITS
        if number == (MOST_CHARACTERS if at_most else fewest):
            return None
        return f"« {count[0].strip()} » is untrue: {fewest} to {MOST_CHARACTERS} characters."
    fewest = LEAST_LETTERS if what.startswith("lett") else LEAST_DIGITS
    if number == fewest and not at_most:
        return None
    return f"« {count[0].strip()} » is untrue: MAG asks for at least {fewest}."


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBER_WORDS[text.lower()]
