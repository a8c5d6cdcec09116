"""What a designer may not do, and how it is said (A-31, A-38, A-41)."""

import json
import tomllib
from typing import Any

import pytest

from mag_server.base import places
from mag_server.rooms.themes import actions
from mag_server.rooms.themes.model import Theme, contrast


@pytest.mark.parametrize("name", ["net-entreprises", "klesia", "mon-compte-formation", "reference"])
def test_every_shipped_theme_passes_its_own_check(name):
    assert isinstance(actions.check_folder(places.themes_folder() / name), Theme)


def test_contrast_is_the_one_of_wcag():
    # The two ends, and the grey that WCAG's own understanding document calls just enough.
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#FFFFFF") == pytest.approx(1)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)


def test_a_text_too_pale_is_refused_naming_the_pair_and_its_ratio(designer):
    folder = designer()
    folder.replace("theme.toml", 'text-2 = "#4A5A70"', 'text-2 = "#8A9AB0"')
    (first, *_) = [line for line in folder.complaints() if "text-2" in line]
    assert first.startswith(
        "colours.light: text-2 #8A9AB0 on surface #FFFFFF has a contrast of 2.8"
    )
    assert first.endswith("it needs 4.5:1.")


def test_dark_colours_are_checked_too(designer):
    folder = designer()
    folder.replace("theme.toml", 'on-primary = "#0A1A33"', 'on-primary = "#FFFFFF"')
    assert [line for line in folder.complaints() if line.startswith("colours.dark: on-primary")]


def test_a_border_needs_three_to_one_and_no_more(designer):
    folder = designer()
    folder.replace("theme.toml", 'field-line = "#6F8096"', 'field-line = "#8C98A9"')  # 2.9:1
    assert any("field-line" in line and "it needs 3.0:1" in line for line in folder.complaints())
    folder.replace("theme.toml", 'field-line = "#8C98A9"', 'field-line = "#8793A4"')  # 3.1:1
    assert folder.complaints() == ()


def test_a_ratio_just_under_is_not_rounded_up_to_what_is_needed(designer):
    folder = designer()
    folder.replace("theme.toml", 'link = "#123F8C"', 'link = "#777777"')  # 4.47... on white
    assert any("4.47:1" in line for line in folder.complaints())


def test_a_focus_ring_that_cannot_be_seen_is_refused(designer):
    folder = designer()
    folder.replace("theme.toml", 'focus = "#1F6FE0"', 'focus = "#EDF1F6"')
    assert any("focus" in line and "on page" in line for line in folder.complaints())


def test_the_tag_of_a_panel_is_text(designer):
    folder = designer("klesia")
    folder.replace("theme.toml", 'accent = "#F0A35E"', 'accent = "#8A5A6C"')  # 2.7:1 on the panel
    assert any("accent" in line and "on panel" in line for line in folder.complaints())


def test_an_unknown_colour_is_named(designer):
    folder = designer()
    folder.replace("theme.toml", 'page = "#EDF1F6"', 'page = "#EDF1F6"\nlinck = "#123F8C"')
    assert any("linck is not a colour MAG knows" in line for line in folder.complaints())


def test_a_missing_colour_is_named(designer):
    folder = designer()
    folder.replace("theme.toml", 'focus = "#1F6FE0"\n', "")
    assert "colours.light: focus is missing." in folder.complaints()


@pytest.mark.parametrize(
    "value", ["red", "#FFF", "#12345G", "url(x)", "#123456;}body{display:none"]
)
def test_a_colour_is_six_hexadecimal_digits_and_nothing_else(designer, value):
    folder = designer()
    folder.replace("theme.toml", 'page = "#EDF1F6"', f'page = "{value}"')
    assert any(line.startswith(f"colours.light: page = {value!r}") for line in folder.complaints())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("card_width = 464", "card_width = 900"),
        ("field_radius = 6", 'field_radius = "6px"'),
        ("field_radius = 6", "field_radius = true"),
        ("field_radius = 6", 'fonts = ["x; } body { display: none"]'),
        ("field_radius = 6", "margin = 4"),
        ("[shape]", "[shape]\n[style]"),
        ('kind = "centred"', 'kind = "sideways"'),
        ('title = "Net-Entreprises"', ""),
    ],
)
def test_what_mag_does_not_know_is_refused(designer, old, new):
    folder = designer()
    folder.replace("theme.toml", old, new)
    assert folder.complaints() != ()


@pytest.mark.parametrize(
    "shadow",
    ["0 0 0 #000;} body{", "inset 0 0 9px red", "0 1px 2px url(x)", "0 1px 2px var(--mag-page)"],
)
def test_a_shadow_cannot_carry_anything_else(designer, shadow):
    folder = designer()
    text = (folder.path / "theme.toml").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("shadow")]
    folder.replace("theme.toml", line, f'shadow = "{shadow}"')
    assert any(line.startswith("shape: shadow") for line in folder.complaints())


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "java\\tscript:alert(1)", "data:text/html,x",
        "http://www.example.fr/", "//www.example.fr/", "/aide", "https://", "ftp://example.fr/",
        "https://net-entreprises.fr@evil.example/", "https:\\\\\\\\evil.example", "vbscript:x",
        "http://localhost.evil.example/", " https://example.fr/", "https://example.fr/\\u0000",
        "https://example.fr/'onclick='x", "https://[::1", "https://ex\u2100mple.fr/",
        "https://example.fr:99999/", "https://example.fr/" + 1000 * "x",
        "mailto:a@b.fr?bcc=x@y.z", "mailto:a@b.fr,x@y.z", "tel:3631?x", "tel:", "mailto:",
    ],
)  # fmt: skip
def test_an_unsafe_address_is_refused(designer, url):
    folder = designer()
    folder.replace("theme.toml", 'url = "https://www.net-entreprises.fr/aide/"', f'url = "{url}"')
    assert any(line.startswith("assistance: url") for line in folder.complaints())


@pytest.mark.parametrize(
    "url",
    [
        "https://aide.example.fr/x?y=z",
        "http://klesia.localhost:8500/aide",
        "mailto:a@b.example",
        "tel:3631",
    ],
)
def test_a_safe_address_is_taken(designer, url):
    folder = designer()
    folder.replace("theme.toml", 'url = "https://www.net-entreprises.fr/aide/"', f'url = "{url}"')
    assert folder.complaints() == ()


@pytest.mark.parametrize(
    ("contact", "value"),
    [
        ("email", '"a@b.fr?bcc=x@y.z"'), ("email", '"a@b.fr,x@y.z"'), ("email", '"a%40b.fr"'),
        ("email", '"Aide <a@b.fr>"'), ("email", '"a@b"'), ("email", "3"), ("email", '["a@b.fr"]'),
        ("telephone", "3631"), ("telephone", "true"), ("telephone", '"3631;ext=1"'),
        ("telephone", '"notre accueil"'), ("telephone", '"+"'), ("telephone", "2026-01-01"),
    ],
)  # fmt: skip
def test_a_contact_is_one_address_or_one_number_and_nothing_behind_it(designer, contact, value):
    folder = designer()
    folder.replace("theme.toml", "[assistance]", f"[assistance]\n{contact} = {value}")
    (line,) = folder.complaints()
    assert line.startswith(f"assistance: {contact} = ")


@pytest.mark.parametrize("telephone", ["3631", "+33 1 99 00 12 34", "01.99.00.12.34"])
def test_a_telephone_is_written_as_people_write_it(designer, telephone):
    folder = designer()
    folder.replace("theme.toml", "[assistance]", f'[assistance]\ntelephone = "{telephone}"')
    assert folder.complaints() == ()


def test_the_addresses_of_sign_up_and_forgotten_are_checked_as_well(designer):
    folder = designer("klesia")
    folder.replace(
        "theme.toml", "[sign_up.entreprise]", '[sign_up.entreprise]\nurl = "javascript:x"'
    )
    folder.replace("theme.toml", "[shape]", '[forgotten]\nurl = "http://evil.example"\n[shape]')
    assert any(line.startswith("sign_up.entreprise: url") for line in folder.complaints())
    assert any(line.startswith("forgotten: url") for line in folder.complaints())


def test_a_theme_without_anyone_to_turn_to_is_refused(designer):
    folder = designer()
    folder.replace("theme.toml", 'url = "https://www.net-entreprises.fr/aide/"', "")
    assert any("people must be able to ask" in line for line in folder.complaints())


def test_an_unknown_word_is_named(designer):
    folder = designer()
    folder.replace("words.fr.toml", "submit =", "sumbit =")
    assert any("sign_in.sumbit is not a word MAG shows" in line for line in folder.complaints())


def test_a_file_that_is_not_toml_is_a_sentence(designer):
    folder = designer()
    folder.write("theme.toml", "title = ")
    assert folder.complaints()[0].startswith("theme.toml is not TOML")


def test_a_missing_logo_is_a_sentence(designer):
    folder = designer()
    (folder.path / "logo.svg").unlink()
    assert folder.complaints() == ("logo.svg is missing.",)


def test_every_reason_is_given_at_once(designer):
    folder = designer()
    folder.replace("theme.toml", 'page = "#EDF1F6"', "")
    folder.replace("words.fr.toml", "submit =", "sumbit =")
    folder.replace("logo.svg", "<circle", "<script/><circle")
    assert len(folder.complaints()) >= 3


# What TOML can write and no key of a theme takes.
ODD_VALUES = {
    "a list": "[1]",
    "a table": "{ odd = 1 }",
    "a number": "1000",
    "a fraction": "1.5",
    "no number": "nan",
    "a day": "2026-01-01",
    "an hour": "10:00:00",
    "an instant": "2026-01-01T10:00:00Z",
    "an empty text": '""',
    "a text of two lines": '"a\\nb"',
    "a text with a NUL": '"a\\u0000b"',
    "a huge text": f'"{100_000 * "x"}"',
    "a number of 5000 digits": 5000 * "9",
    "a number of 36000 bits": "0x" + 9000 * "f",
    "a list in a list in a list": 3000 * "[" + 3000 * "]",
}


def flattened(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return each key with its table's name before it, its value as TOML writes it."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict) and value:
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = json.dumps(value, ensure_ascii=False)
    return flat


def keys_and_tables(flat: dict[str, str]) -> set[str]:
    return {
        ".".join(parts[:count])
        for parts in (key.split(".") for key in flat)
        for count in range(1, len(parts) + 1)
    }


@pytest.mark.parametrize("file", ["theme.toml", "words.fr.toml"])
@pytest.mark.parametrize("odd", ODD_VALUES)
def test_whatever_any_key_or_table_is_given_is_refused_in_short_sentences(designer, file, odd):
    folder = designer("reference")
    flat = flattened(tomllib.loads((folder.path / file).read_text("utf-8")))
    if file == "theme.toml":
        flat["forgotten.url"] = '"https://example.fr/"'
    for spoilt in keys_and_tables(flat):
        kept = {k: v for k, v in flat.items() if k != spoilt and not k.startswith(f"{spoilt}.")}
        lines = [f"{key} = {value}" for key, value in {**kept, spoilt: ODD_VALUES[odd]}.items()]
        folder.write(file, "\n".join(lines))
        found = folder.complaints()
        assert found, f"{spoilt} took {odd}"
        assert all(len(line) < 250 and line.isprintable() for line in found), found


def test_a_theme_written_key_by_key_is_the_one_that_was_written_in_tables(designer):
    folder = designer("reference")
    flat = flattened(tomllib.loads((folder.path / "theme.toml").read_text("utf-8")))
    folder.write("theme.toml", "\n".join(f"{key} = {value}" for key, value in flat.items()))
    assert folder.complaints() == ()


def test_a_logo_of_thousands_of_levels_is_a_sentence(designer):
    folder = designer()
    deep = 1000 * "<g>" + 1000 * "</g>"
    folder.replace("logo.svg", "<circle", f"{deep}<circle")
    assert folder.complaints() == ("logo.svg nests its shapes more than 20 deep.",)
