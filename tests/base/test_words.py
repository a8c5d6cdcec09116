"""French in the source, English complete, and French set as a printer would."""

from pathlib import Path

import pytest

from mag_server.base import words
from mag_server.base.words import choose_language, typographic, words_for


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Mot de passe oublié ?", "Mot de passe oublié\u00a0?"),
        ("Attention : lisez ; merci !", "Attention\u00a0: lisez\u00a0; merci\u00a0!"),
        ("cliquez sur « Connexion ».", "cliquez sur «\u00a0Connexion\u00a0»."),
        ("«Connexion»", "«\u00a0Connexion»"),
        ("Besoin d'aide", "Besoin d’aide"),
        ("déjà\u00a0: fait", "déjà\u00a0: fait"),
        ("https://exemple.fr", "https://exemple.fr"),
    ],
)
def test_plain_typing_becomes_french_typography(typed, printed):
    assert typographic(typed) == printed


@pytest.mark.parametrize(
    ("ui_locales", "accept", "language"),
    [
        (None, None, "fr"),
        ("en", None, "en"),
        ("en-GB fr", "fr", "en"),
        ("de es", "en-US,en;q=0.9", "en"),
        ("de", "de", "fr"),
        (None, "fr;q=0.4, en;q=0.8", "en"),
        (None, "en; q=0.9, fr;q=0.1", "en"),
        (None, "fr ;\tQ=0.1 , en ; q=0.9", "en"),
        (None, "en; q=0, fr", "fr"),
        (None, "en;level=1, fr;q=0.1", "fr"),
        (None, "en;q=0, fr", "fr"),
        (None, "en;q=abc", "fr"),
        ("FR-fr", "en", "fr"),
        ("", "", "fr"),
        ("x" * 10_000, ",".join(["de"] * 500) + ",en", "fr"),
    ],
)
def test_the_language_is_the_partner_s_then_the_browser_s_then_french(ui_locales, accept, language):
    assert choose_language(ui_locales=ui_locales, accept_language=accept) == language


def test_english_is_found_and_french_is_the_source():
    assert words_for("en").gettext("Mot de passe oublié ?") == "Forgotten your password?"
    assert words_for("fr").gettext("Mot de passe oublié ?") == "Mot de passe oublié\u00a0?"


def test_a_language_mag_does_not_speak_is_answered_in_french():
    assert words_for("de").language == "fr"


def test_values_are_filled_in():
    said = words_for("en").gettext("Vous allez revenir sur le site %(partner)s.", partner="100 % X")
    assert said == "You are going back to 100 % X."


@pytest.mark.parametrize(("count", "said"), [(0, "0 lien"), (1, "1 lien"), (2, "2 liens")])
def test_french_counts_zero_as_singular(count, said):
    assert words_for("fr").ngettext("%(number)s lien", "%(number)s liens", count) == said


def test_the_english_catalogue_is_complete():
    assert list(words.complaints()) == []


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """Give a package of two sentences and its catalogue."""
    source = tmp_path / "package"
    (source / "templates").mkdir(parents=True)
    (source / "templates" / "page.html").write_text('{{ _("Bonjour") }}', "utf-8")
    (source / "view.py").write_text('TITLE = N_("Au revoir")\n', "utf-8")
    folder = tmp_path / "translations"
    path = folder / "en" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid "Bonjour"\nmsgstr "Hello"\n\nmsgid "Au revoir"\nmsgstr "Goodbye"\n', "utf-8"
    )
    return source, folder


def spoil(folder: Path, old: str, new: str) -> None:
    path = folder / "en" / "LC_MESSAGES" / "messages.po"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_complete_catalogue_has_nothing_to_say(small):
    assert list(words.complaints(*small)) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('msgstr "Hello"', 'msgstr ""', "en: missing: 'Bonjour'"),
        ('msgid "Au revoir"', 'msgid "Adieu"', "en: missing: 'Au revoir'"),
        ('msgid "Au revoir"', 'msgid "Adieu"', "en: no longer used: 'Adieu'"),
        (
            'msgid "Bonjour"',
            '#, fuzzy\nmsgid "Bonjour"',
            "en: marked fuzzy, read it again: 'Bonjour'",
        ),
    ],
)
def test_a_missing_stale_or_fuzzy_sentence_is_named(small, old, new, complaint):
    spoil(small[1], old, new)
    assert complaint in list(words.complaints(*small))


def test_an_update_asks_for_what_is_new_and_drops_what_is_not_used(small):
    source, folder = small
    (source / "view.py").write_text('TITLE = N_("À bientôt")\n', "utf-8")
    words.update_catalogues(source, folder)
    assert list(words.complaints(source, folder)) == ["en: missing: 'À bientôt'"]


def test_a_compiled_catalogue_says_the_same_and_a_newer_source_wins(small):
    _, folder = small
    words.compile_catalogues(folder)
    assert words._translations(folder, "en").gettext("Bonjour") == "Hello"
    spoil(folder, '"Hello"', '"Good day"')
    import os  # noqa: PLC0415 - only here

    source = folder / "en" / "LC_MESSAGES" / "messages.po"
    os.utime(source, (source.stat().st_mtime + 9, source.stat().st_mtime + 9))
    assert words._translations(folder, "en").gettext("Bonjour") == "Good day"


def test_a_wrong_use_of_the_command_says_how(capsys):
    assert words.main([]) == 2
    assert "--check" in capsys.readouterr().err
