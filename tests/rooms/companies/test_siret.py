"""The numbers of a company, as people type and paste them (docs/identifiers.md)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.base.settings import Settings, SettingsError
from mag_server.rooms.companies.model import (
    SAMPLE_SIRENS,
    CompanyNumberReason,
    DemonstrationRefusedError,
    Siren,
    SirenRefused,
    Siret,
    SiretRefused,
    Strictness,
    message_for,
    parse_siren,
    parse_siret,
)

PRODUCTION = Strictness.PRODUCTION
DEMONSTRATION = Strictness.demonstration(issuer="http://mag.localhost:8400")
TOMENT = Siret("97050551700072")

WAYS_TO_WRITE_TOMENT = {
    "digits alone": "97050551700072",
    "spaces": "970 505 517 00072",
    "no-break spaces": "970\u00a0505\u00a0517\u00a000072",
    "narrow no-break spaces": "970\u202f505\u202f517\u202f00072",
    "thin and figure spaces": "970\u2009505\u2007517\u200900072",
    "ideographic spaces": "970\u3000505\u3000517\u300000072",
    "dots": "970.505.517.00072",
    "hyphens": "970-505-517-00072",
    "non-breaking hyphens": "970\u2011505\u2011517\u201100072",
    "en dashes": "970\u2013505\u2013517\u201300072",
    "slashes": "970505517/00072",
    "mixed separators": " 970.505 517 / 00072 ",
    "tab and newline of a spreadsheet": "970505517\t00072\r\n",
    "zero-width marks": "\ufeff970505517\u200b00072\u2060",
    "direction marks of a pasted cell": "\u202a97050551700072\u202c",
    "full-width digits": "９７０５０５５１７０００７２",
    "full-width digits and spaces": "\uff19\uff17\uff10\u3000505\u3000517\u300000072",
}

REFUSED = {
    "empty": ("", "longueur"),
    "separators only": (" .-/\u00a0", "longueur"),
    "thirteen digits": ("9705055170007", "longueur"),
    "fifteen digits": ("970505517000722", "longueur"),
    "a SIREN alone": ("970505517", "longueur"),
    "far too much text, the rest blank": ("97050551700072" + " " * 300, "longueur"),
    "a letter O for a zero": ("97O50551700072", "caractere"),
    "a letter l for a one": ("9705055l700072", "caractere"),
    "an exponent of a spreadsheet": ("9,70505517E+13", "caractere"),
    "Arabic-Indic digits": ("٩٧٠٥٠٥٥١٧٠٠٠٧٢", "caractere"),
    "a superscript digit": ("9705055170007²", "caractere"),
    "a fraction": ("97050551700½", "caractere"),
    "one wrong digit in the SIREN": ("97050551800072", "cle_siren"),
    "two digits exchanged in the SIREN": ("97055051700072", "cle_siren"),
    "one wrong digit in the NIC": ("97050551700073", "cle_siret"),
    "two digits exchanged in the NIC": ("97050551700027", "cle_siret"),
    "all zeros": ("00000000000000", "nul"),
    "a company of zeros": ("00000000000018", "nul"),
    "a Monaco pseudo-number": ("MONACOCONFO001", "monaco"),
    "a Monaco pseudo-number in lower case": ("monaco confo 001", "monaco"),
    "La Poste with a sum that is no multiple of five": ("35600000049838", "cle_siret"),
    "La Poste with zeros for the establishment": ("35600000000000", "cle_siret"),
    "La Poste's head office with its key broken": ("35600000000049", "cle_siret"),
    "the first sample company": ("12345678900012", "cle_siren"),
}


@pytest.mark.parametrize("text", WAYS_TO_WRITE_TOMENT.values(), ids=WAYS_TO_WRITE_TOMENT)
def test_a_siret_is_read_however_it_is_pasted(text):
    assert parse_siret(text, strictness=PRODUCTION) == TOMENT


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_refused_siret_says_why(text, reason):
    refused = parse_siret(text, strictness=PRODUCTION)
    assert refused == SiretRefused(CompanyNumberReason(reason))


@pytest.mark.parametrize("text", ["35600000009075", "35600000049837", "35600000000048"])
def test_la_poste_is_accepted_by_its_own_key_and_its_head_office_by_the_common_one(text):
    assert parse_siret(text, strictness=PRODUCTION) == Siret(text)


def test_a_siret_is_shown_in_groups_that_no_line_break_cuts():
    assert TOMENT.grouped == "970\u00a0505\u00a0517\u00a000072"
    assert TOMENT.siren.grouped == "970\u00a0505\u00a0517"
    assert str(TOMENT) == "97050551700072"


def test_a_shown_siret_pasted_back_is_the_same_siret():
    assert parse_siret(TOMENT.grouped, strictness=PRODUCTION) == TOMENT


def test_a_siret_knows_its_company():
    assert TOMENT.siren == Siren("970505517")


@pytest.mark.parametrize("digits", ["9705055170007", "97050551700072\n", "٩٧٠٥٠٥٥١٧٠٠٠٧٢", ""])
def test_no_siret_can_be_built_around_anything_but_fourteen_ascii_digits(digits):
    with pytest.raises(ValueError, match="fourteen"):
        Siret(digits)


@pytest.mark.parametrize("digits", ["97050551", "970505517\n", "97050551O"])
def test_no_siren_can_be_built_around_anything_but_nine_ascii_digits(digits):
    with pytest.raises(ValueError, match="nine"):
        Siren(digits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("970 505 517", Siren("970505517")),
        ("970-505-517", Siren("970505517")),
        ("356000000", Siren("356000000")),
        ("97050551", SirenRefused(CompanyNumberReason.LONGUEUR)),
        ("97050551O", SirenRefused(CompanyNumberReason.CARACTERE)),
        ("970505518", SirenRefused(CompanyNumberReason.CLE_SIREN)),
        ("000000000", SirenRefused(CompanyNumberReason.NUL)),
        ("MONACO001", SirenRefused(CompanyNumberReason.MONACO)),
    ],
)
def test_a_siren_is_read_or_refused_with_a_reason(text, expected):
    assert parse_siren(text, strictness=PRODUCTION) == expected


@given(st.text(max_size=250))
def test_no_text_breaks_the_reading_and_whatever_is_read_is_stable(text):
    siret = parse_siret(text, strictness=PRODUCTION)
    if isinstance(siret, Siret):
        assert parse_siret(siret.grouped, strictness=PRODUCTION) == siret


@given(st.integers(min_value=0, max_value=13), st.integers(min_value=1, max_value=9))
def test_any_single_wrong_digit_is_caught(position, shift):
    digits = TOMENT.digits
    wrong = str((int(digits[position]) + shift) % 10)
    text = digits[:position] + wrong + digits[position + 1 :]
    assert isinstance(parse_siret(text, strictness=PRODUCTION), SiretRefused)


def test_production_refuses_every_sample_company_whose_key_is_wrong():
    assert "123456789" in SAMPLE_SIRENS
    for siren in SAMPLE_SIRENS:
        refused = SirenRefused(CompanyNumberReason.CLE_SIREN)
        assert parse_siren(siren, strictness=PRODUCTION) == refused
        assert isinstance(parse_siret(siren + "00012", strictness=PRODUCTION), SiretRefused)


def test_the_demonstration_accepts_the_sample_companies():
    for siren in SAMPLE_SIRENS:
        assert parse_siren(siren, strictness=DEMONSTRATION) == Siren(siren)
        assert parse_siret(siren + "00012", strictness=DEMONSTRATION) == Siret(siren + "00012")


@pytest.mark.parametrize(
    ("text", "reason"),
    [REFUSED[name] for name in REFUSED if name != "the first sample company"],
)
def test_the_demonstration_is_as_strict_as_production_for_any_other_number(text, reason):
    refused = SiretRefused(CompanyNumberReason(reason))
    assert parse_siret(text, strictness=DEMONSTRATION) == refused


@pytest.mark.parametrize(
    "issuer",
    [
        "https://mag.example.fr",
        "https://localhost.example.fr",
        "https://mag.localhost.example.fr",
        "https://notlocalhost",
        "https://192.168.0.10",
        "mag.localhost",
        "",
    ],
)
def test_the_demonstration_cannot_exist_on_a_server_others_can_reach(issuer):
    with pytest.raises(DemonstrationRefusedError):
        Strictness.demonstration(issuer=issuer)
    with pytest.raises(DemonstrationRefusedError):
        Strictness(demonstration_issuer=issuer)


def test_the_settings_choose_production_unless_the_demonstration_is_asked_for(tmp_path: Path):
    database = {"MAG_DATABASE_URL": f"sqlite:///{tmp_path}/mag.db"}
    usual = Settings.read(database)
    asked = Settings.read(database | {"MAG_DEMONSTRATION": "1"})
    assert Strictness.chosen_by(usual) == PRODUCTION
    assert Strictness.chosen_by(asked) == DEMONSTRATION


def test_production_settings_that_ask_for_the_demonstration_stop_the_start(tmp_path: Path):
    with pytest.raises(SettingsError, match="MAG_DEMONSTRATION"):
        Settings.read(
            {
                "MAG_DATABASE_URL": f"sqlite:///{tmp_path}/mag.db",
                "MAG_ISSUER": "https://mag.example.fr",
                "MAG_DEMONSTRATION": "1",
            }
        )


@pytest.mark.parametrize("reason", CompanyNumberReason)
def test_every_reason_has_a_sentence_that_does_not_say_who_exists(reason):
    sentence = message_for(reason)
    assert sentence.endswith(".")
    assert "inconnu" not in sentence
    assert "existe" not in sentence
