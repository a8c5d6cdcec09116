"""When two written names are one name (docs/identifiers.md; readings 1 and 2)."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.rooms.companies.model import Siret
from mag_server.rooms.people.model import (
    NameReason,
    NameRefused,
    Person,
    PersonName,
    PersonState,
    Role,
    Triplet,
    message_for,
    name_key,
    parse_name,
)
from tests.rooms.people.name_pairs import (
    DIFFERENT,
    SAME,
    generated_different,
    generated_same,
)

GENERATED_SAME = generated_same(110)
GENERATED_DIFFERENT = generated_different(110)

REFUSED = {
    "empty": ("", "vide"),
    "blanks only": (" \u00a0\t ", "vide"),
    "punctuation only": ("-'’.", "vide"),
    "a letter-like apostrophe alone": ("\u02bc", "vide"),
    "invisible marks only": ("\u200b\ufeff", "vide"),
    "a combining mark alone": ("\u0301", "vide"),
    "101 code points": ("a" * 101, "longueur"),
    "far too long": ("é" * 100_000, "longueur"),
    "right-to-left override": ("Martin\u202enitraM", "bidi"),
    "right-to-left embedding": ("\u202bMartin\u202c", "bidi"),
    "isolates": ("\u2067Martin\u2069", "bidi"),
    "left-to-right mark": ("Martin\u200e", "bidi"),
    "Arabic letter mark": ("\u061cMartin", "bidi"),
    "NUL": ("Mar\x00tin", "caractere"),
    "a line break inside": ("Martin\nRole: administrateur", "caractere"),
    "a tab inside": ("Le\tGoff", "caractere"),
    "escape": ("Mar\x1b[31mtin", "caractere"),
    "a C1 control": ("Mar\x9btin", "caractere"),
    "a line separator": ("Le\u2028Goff", "caractere"),
    "a lone surrogate": ("Mar\ud800tin", "caractere"),
    "private use": ("Mar\ue000tin", "caractere"),
    "a code point not assigned": ("Mar\u0378tin", "caractere"),
    "hidden tag letters": ("Martin\U000e0041", "caractere"),
}


def pairs_of(classes):
    return [
        pytest.param(one, other, id=f"{name}-{number}")
        for name, pairs in classes.items()
        for number, (one, other) in enumerate(pairs, 1)
    ]


def test_the_pairs_cover_what_was_promised():
    by_hand = [pair for pairs in (*SAME.values(), *DIFFERENT.values()) for pair in pairs]
    assert len(SAME) + len(DIFFERENT) >= 25
    assert all(one != other for one, other in by_hand + GENERATED_SAME + GENERATED_DIFFERENT)
    assert len({*by_hand, *GENERATED_SAME, *GENERATED_DIFFERENT}) >= 300


@pytest.mark.parametrize(("one", "other"), pairs_of(SAME | {"generated": GENERATED_SAME}))
def test_two_ways_of_writing_one_name_have_one_key(one, other):
    assert name_key(one) == name_key(other) != ""
    assert parse_name(one).key == parse_name(other).key


@pytest.mark.parametrize(("one", "other"), pairs_of(DIFFERENT | {"generated": GENERATED_DIFFERENT}))
def test_two_names_have_two_keys(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("D\u02bcAubigné", "daubigne"),
        (
            "Œdipe Ægir Strauß Øre Đò Guðni Łoś Þór Yıldız",
            "oedipeaegirstraussoredogudnilosthoryildiz",
        ),
        ("Соколов", "соколов"),
        ("Παπαδόπουλος", "παπαδοπουλοσ"),
        ("محمد", "محمد"),
        ("Louis XIV 2", "louisxiv2"),
        ("---", ""),
    ],
)
def test_the_key_of_a_name_is_its_folded_letters_and_digits(text, key):
    assert name_key(text) == key


def test_the_known_collision_is_accepted_so_the_second_is_refused_at_creation():
    assert name_key("Dupont") == name_key("Du Pont")


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_refused_name_says_why(text, reason):
    assert parse_name(text) == NameRefused(NameReason(reason))


def test_a_name_of_exactly_100_code_points_once_composed_is_accepted():
    decomposed = unicodedata.normalize("NFD", "é" * 100)
    assert parse_name(decomposed) == PersonName("é" * 100)


def test_a_name_is_registered_composed_trimmed_and_with_single_spaces():
    decomposed = unicodedata.normalize("NFD", "Hélène")
    name = parse_name(f" \ufeff{decomposed}\u00a0 de  La Fontaine\u200b ")
    assert name == PersonName("Hélène de La Fontaine")


def test_a_joiner_that_shapes_persian_letters_stays_in_the_shown_name():
    assert parse_name("علی\u200cرضا") == PersonName("علی\u200cرضا")


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading_and_the_registered_name_reads_as_itself(text):
    name = parse_name(text)
    if isinstance(name, PersonName):
        assert parse_name(name.registered) == name
        assert name_key(name.key) == name.key == name_key(text)


@given(st.text(max_size=40))
def test_the_key_ignores_normalisation_and_upper_case(text):
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert {name_key(form) for form in forms | {text.upper()}} == {name_key(text)}


def test_one_person_typed_in_two_ways_is_one_triplet_and_another_siret_is_another():
    toment, other = Siret("97050551700072"), Siret("99900027600017")
    registered = Triplet(toment, parse_name("D’Aubigné"), parse_name("Jean-Pierre"))
    typed = Triplet(toment, parse_name("d aubigne"), parse_name("JEAN PIERRE"))
    assert typed.key == registered.key == ("97050551700072", "daubigne", "jeanpierre")
    assert Triplet(other, typed.nom, typed.prenom).key != registered.key


def test_nom_and_prenom_are_not_interchangeable():
    siret = Siret("97050551700072")
    martin, paul = parse_name("Martin"), parse_name("Paul")
    assert Triplet(siret, martin, paul).key != Triplet(siret, paul, martin).key


def test_letters_do_not_flow_from_the_nom_to_the_prenom():
    siret = Siret("97050551700072")
    one = Triplet(siret, parse_name("Le"), parse_name("Goff Anne"))
    other = Triplet(siret, parse_name("Le Goff"), parse_name("Anne"))
    assert one.key != other.key


def test_the_claims_say_the_names_as_registered():
    person = Person(
        sub="p_8Jq",
        siret=Siret("97050551700072"),
        nom=parse_name("D’AUBIGNÉ"),
        prenom=parse_name("Jean-Pierre"),
        email="jp@toment.example",
        email_validated_at=datetime(2023, 10, 5, tzinfo=UTC),
        state=PersonState.ACTIF,
        roles=frozenset({Role.DECLARANT}),
    )
    assert (person.family_name, person.given_name) == ("D’AUBIGNÉ", "Jean-Pierre")
    assert person.triplet.key == ("97050551700072", "daubigne", "jeanpierre")


@pytest.mark.parametrize("reason", NameReason)
def test_every_reason_has_a_sentence(reason):
    assert message_for(reason).endswith(".")
