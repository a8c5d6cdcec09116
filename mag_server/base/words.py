"""What people read, in their language: French is written in the source, English is a catalogue.

Run `python -m mag_server.base.words --check` to see whether the English is complete, and
`--update` to bring new French sentences into the catalogue.
"""

import gettext
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from mag_server.base import places

SOURCE_LANGUAGE = "fr"
LANGUAGES = (SOURCE_LANGUAGE, "en")
_DOMAIN = "messages"
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
_NBSP = "\N{NO-BREAK SPACE}"
_MOST_LANGUAGE_TAGS = 12


def typographic(text: str) -> str:
    """Set French text as a printer would: no-break spaces, and the curved apostrophe.

    People who write words in a theme or in the source type plain spaces.
    """
    text = re.sub(r"(?<=\S) (?=[:;?!»])", _NBSP, text)
    text = re.sub(r"« ?(?=\S)", f"«{_NBSP}", text)
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


@dataclass(frozen=True)
class Words:
    """The sentences of one language."""

    language: str
    _catalogue: gettext.NullTranslations = field(repr=False)

    def gettext(self, message: str, **values: object) -> str:
        """Say a French sentence in this language, its `%(name)s` filled in."""
        return self._finish(self._catalogue.gettext(message), values)

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """Say the form that suits a number; `%(number)s` is it."""
        text = self._catalogue.ngettext(one, many, count)
        return self._finish(text, {"number": count, **values})

    def _finish(self, text: str, values: dict[str, object]) -> str:
        filled = text % values if values else text
        return typographic(filled) if self.language == SOURCE_LANGUAGE else filled


@lru_cache(maxsize=len(LANGUAGES))
def words_for(language: str) -> Words:
    """Find the words of a language; French for one that MAG does not speak."""
    if language not in LANGUAGES or language == SOURCE_LANGUAGE:
        return Words(SOURCE_LANGUAGE, _French())
    return Words(language, _translations(places.TRANSLATIONS, language))


class _French(gettext.NullTranslations):
    """The source sentences, with French's own rule: zero and one are singular."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if abs(n) < 2 else msgid2  # noqa: PLR2004 - the French rule


def choose_language(*, ui_locales: str | None, accept_language: str | None) -> str:
    """Choose the page's language: what the partner asks, then the browser, then French.

    Args:
        ui_locales: Language tags in order, separated by spaces (OIDC Core 3.1.2.1).
        accept_language: The header (RFC 9110 section 12.5.4).
    """
    for tag in (ui_locales or "").split()[:_MOST_LANGUAGE_TAGS]:
        if (language := _primary(tag)) in LANGUAGES:
            return language
    for tag in _by_quality(accept_language or ""):
        if (language := _primary(tag)) in LANGUAGES:
            return language
    return SOURCE_LANGUAGE


def _primary(tag: str) -> str:
    return tag.split("-", 1)[0].lower()


def _by_quality(header: str) -> list[str]:
    ranked: list[tuple[float, int, str]] = []
    for part in header.split(",")[:_MOST_LANGUAGE_TAGS]:
        # Spaces may stand around the semicolon, and q be a capital (RFC 9110 section 12.4.2).
        tag, _, weight = part.partition(";")
        quality_text = weight.strip().lower().removeprefix("q=")
        try:
            quality = float(quality_text) if quality_text else 1.0
        except ValueError:
            continue
        if quality > 0:
            ranked.append((-quality, len(ranked), tag.strip()))
    return [tag for _, _, tag in sorted(ranked)]


def _catalogue_path(folder: Path, language: str) -> Path:
    return folder / language / "LC_MESSAGES" / f"{_DOMAIN}.po"


def _translations(folder: Path, language: str) -> gettext.GNUTranslations:
    source = _catalogue_path(folder, language)
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        return gettext.GNUTranslations(io.BytesIO(compiled.read_bytes()))
    return gettext.GNUTranslations(io.BytesIO(_compile(source, language)))


def _read(source: Path, language: str) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=language, domain=_DOMAIN)


def _compile(source: Path, language: str) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, _read(source, language))
    return buffer.getvalue()


def compile_catalogues(folder: Path = places.TRANSLATIONS) -> None:
    """Write each catalogue's `.mo` beside its `.po`, as the wheel ships it."""
    for language in LANGUAGES[1:]:
        source = _catalogue_path(folder, language)
        source.with_suffix(".mo").write_bytes(_compile(source, language))


def _asked_for(source: Path) -> Catalog:
    asked = Catalog(domain=_DOMAIN, charset="utf-8")
    methods = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
    found = extract_from_dir(
        str(source),
        methods,
        {"**/templates/**.html": {}},
        keywords=_KEYWORDS,
        strip_comment_tags=True,
    )
    for filename, line, message, _comments, context in found:
        asked.add(message, locations=[(Path(filename).as_posix(), line)], context=context)
    return asked


def complaints(source: Path = places.PACKAGE, folder: Path = places.TRANSLATIONS) -> Iterator[str]:
    """Say, one sentence each, what keeps the translations from being complete."""
    asked = _asked_for(source)
    asked_ids = {_key(message.id) for message in asked if message.id}
    for language in LANGUAGES[1:]:
        catalogue = _read(_catalogue_path(folder, language), language)
        known = {_key(message.id): message for message in catalogue if message.id}
        for key in sorted(asked_ids - known.keys()):
            yield f"{language}: missing: {key!r}"
        for key in sorted(known.keys() - asked_ids):
            yield f"{language}: no longer used: {key!r}"
        for key in sorted(known.keys() & asked_ids):
            message = known[key]
            if message.fuzzy:
                yield f"{language}: marked fuzzy, read it again: {key!r}"
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            if not all(texts):
                yield f"{language}: missing: {key!r}"
            yield from (f"{language}: {key!r}: {error}" for error in message.check(catalogue))


def _key(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def update_catalogues(source: Path = places.PACKAGE, folder: Path = places.TRANSLATIONS) -> None:
    """Add new French sentences to each catalogue, empty, and drop those no longer used."""
    asked = _asked_for(source)
    for language in LANGUAGES[1:]:
        path = _catalogue_path(folder, language)
        catalogue = _read(path, language) if path.exists() else Catalog(language, _DOMAIN)
        catalogue.update(asked, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(
                file, catalogue, width=100, sort_output=True, no_location=True, omit_header=True
            )


def main(arguments: list[str]) -> int:
    """Check (exit 1 when something is missing), update, or compile."""
    if arguments == ["--update"]:
        update_catalogues()
        return 0
    if arguments == ["--compile"]:
        compile_catalogues()
        return 0
    if arguments != ["--check"]:
        sys.stderr.write("Usage: python -m mag_server.base.words --check|--update|--compile\n")
        return 2
    found = list(complaints())
    for complaint in found:
        sys.stderr.write(complaint + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
