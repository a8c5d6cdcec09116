"""Finding a theme, its words, its stylesheet and its logo."""

import os

from mag_server.base import places
from mag_server.rooms.themes import actions
from mag_server.rooms.themes.model import SignUp, Theme, Unusable


def test_an_unknown_name_is_nobody_s_theme():
    assert actions.find_theme("nope") is None


def test_a_name_cannot_leave_the_folder_of_themes(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "theme.toml").write_text("x = 1")
    (tmp_path / "own").mkdir()
    assert actions.find_theme("../secret", own=tmp_path / "own") is None


def test_the_deployer_s_own_theme_comes_before_the_shipped_one(designer):
    folder = designer()
    folder.replace("theme.toml", 'title = "Net-Entreprises"', 'title = "La mienne"')
    found = actions.find_theme("net-entreprises", own=folder.path.parent)
    assert isinstance(found, Theme)
    assert found.title == "La mienne"


def test_a_change_is_seen_at_the_next_page(designer):
    folder = designer()
    assert isinstance(actions.find_theme("net-entreprises", own=folder.path.parent), Theme)
    folder.replace("theme.toml", 'page = "#EDF1F6"', 'page = "blue"')
    os.utime(folder.path / "theme.toml", ns=(1, 1))
    assert isinstance(actions.find_theme("net-entreprises", own=folder.path.parent), Unusable)


def test_an_unchanged_theme_is_read_once():
    assert actions.find_theme("klesia") is actions.find_theme("klesia")


def test_the_list_holds_shipped_and_own_themes(designer):
    folder = designer()
    folder.path.rename(folder.path.parent / "la-mienne")
    names = actions.list_themes(own=folder.path.parent)
    assert {"la-mienne", "klesia", "mon-compte-formation", "net-entreprises", "reference"} == set(
        names
    )


def test_a_theme_s_words_are_set_as_a_printer_would():
    theme = actions.find_theme("net-entreprises")
    assert isinstance(theme, Theme)
    said = theme.word("sign_in.instruction", language="fr", default="")
    assert said.endswith("d’authentification et cliquez sur «\u00a0Connexion\u00a0».")


def test_a_word_the_theme_lacks_is_the_given_one():
    theme = actions.find_theme("net-entreprises")
    assert isinstance(theme, Theme)
    assert theme.word("sign_in.cancel", language="fr", default="Annuler") == "Annuler"
    assert theme.word("sign_in.siret_label", language="en", default="Siret no.") == "Siret no."


def test_two_kinds_of_account_are_two_slots():
    theme = actions.find_theme("klesia")
    assert isinstance(theme, Theme)
    assert list(theme.sign_up) == [SignUp.ENTREPRISE, SignUp.EXPERT_COMPTABLE]


def test_the_stylesheet_s_digest_changes_with_a_colour(designer):
    folder = designer()
    before = folder.check()
    folder.replace("theme.toml", 'page = "#EDF1F6"', 'page = "#EEF2F7"')
    after = folder.check()
    assert isinstance(before, Theme)
    assert isinstance(after, Theme)
    assert actions.theme_stylesheet(before)[1] != actions.theme_stylesheet(after)[1]


def test_every_property_the_styles_use_is_in_every_theme_s_stylesheet():
    import re  # noqa: PLC0415 - only here

    used: set[str] = set()
    for path in (places.WIDGET / "styles").glob("*.css"):
        used |= set(re.findall(r"var\((--mag-[\w-]+)\)", path.read_text("utf-8")))
    assert used
    for name in actions.list_themes():
        theme = actions.find_theme(name)
        assert isinstance(theme, Theme)
        text, _ = actions.theme_stylesheet(theme)
        assert used <= set(re.findall(r"(--mag-[\w-]+):", text))


def test_the_styles_hold_no_colour_of_their_own():
    import re  # noqa: PLC0415 - only here

    for path in (places.WIDGET / "styles").glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text), path.name


def test_the_logo_file_is_drawn_in_the_theme_s_light_colours():
    theme = actions.find_theme("net-entreprises")
    assert isinstance(theme, Theme)
    text, _ = actions.theme_logo_file(theme)
    assert 'fill="#0B2D66"' in text
    assert "class=" not in text
