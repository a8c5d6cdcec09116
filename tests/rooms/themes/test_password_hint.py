"""A hint may not ask for more, or else, than MAG does (B-35 to B-39, D-23; reading 21)."""

import pytest

from mag_server.rooms.passwords import model as passwords
from mag_server.rooms.themes import model
from mag_server.rooms.themes.model import hint_complaints

D_23 = "8 caractères dont une majuscule, une minuscule et un chiffre"


def test_the_seed_s_own_hint_is_refused_for_each_rule_that_mag_does_not_have():
    told = " ".join(hint_complaints(D_23))
    assert "majuscule" in told
    assert "un chiffre" in told


@pytest.mark.parametrize(
    "hint",
    [
        "au moins 8 chiffres",
        "12 caractères au moins",
        "Au moins 6 caractères",
        "au plus 30 caractères",
        "30 caractères maximum",
        "au moins sept lettres",
        "deux lettres au moins",
        "un chiffre au moins",
        "au plus 2 chiffres",
        "avec un caractère spécial",
        "des majuscules et des minuscules",
        "At least 12 characters",
        "one uppercase letter and a digit",
        "Saisissez votre mot de passe : 8 caractères dont une majuscule",
    ],
)
def test_a_hint_that_is_untrue_is_refused(hint):
    assert list(hint_complaints(hint)) != []


@pytest.mark.parametrize(
    "hint",
    [
        "Saisissez votre mot de passe",
        "Au moins 6 lettres et 2 chiffres",
        "Au moins six lettres et deux chiffres, 20 caractères au plus",
        "Saisissez votre mot de passe : 8 caractères au moins, vingt au plus",
        "At least 6 letters and 2 digits, at most 20 characters",
        "Au moins 6 lettres et 2 chiffres. Mélanger majuscules et minuscules est conseillé.",
        "Les caractères accentués sont acceptés",
    ],
)
def test_a_hint_that_is_true_or_silent_is_taken(hint):
    assert list(hint_complaints(hint)) == []


def test_a_theme_with_the_seed_s_hint_may_not_be_used(designer):
    folder = designer("mon-compte-formation")
    folder.replace("words.fr.toml", "au moins 6 lettres et 2 chiffres", D_23)
    assert any(line.startswith("words.fr: sign_in.password_help") for line in folder.complaints())


def test_the_rules_a_hint_is_held_to_are_those_of_the_passwords_room():
    numbers = (model.LEAST_LETTERS, model.LEAST_DIGITS, model.MOST_CHARACTERS)
    assert numbers == (
        passwords.LEAST_LETTERS,
        passwords.LEAST_DIGITS,
        passwords.MOST_CHARACTERS,
    )
