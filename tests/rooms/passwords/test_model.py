"""What a password may be (B-35 to B-37, reading 19)."""

import unicodedata

import pytest

from mag_server.rooms.passwords.model import PasswordFlaw, find_flaws, prepare_password

LETTERS, DIGITS, LENGTH = PasswordFlaw.LETTERS, PasswordFlaw.DIGITS, PasswordFlaw.LENGTH

RULES = [
    ("abcdef12", ()),
    ("12abcdef", ()),
    ("ÉàüçœÆ42", ()),
    ("абвгде12", ()),
    ("abcdefghijklmnopqr12", ()),
    ("ab-cd ef!1?2", ()),
    ("abcdef1", (DIGITS,)),
    ("abcde12", (LETTERS,)),
    ("abcde1", (LETTERS, DIGITS)),
    ("abcdefghijklmnopqrs12", (LENGTH,)),
    ("", (LETTERS, DIGITS)),
    ("1" * 21, (LETTERS, LENGTH)),
    ("abcdef½²", (DIGITS,)),
    ("abcdef٣٤", ()),
]


@pytest.mark.parametrize(("password", "flaws"), RULES)
def test_a_chosen_password_has_six_letters_two_digits_and_twenty_characters_at_most(
    password: str, flaws: tuple[PasswordFlaw, ...]
):
    assert find_flaws(password) == flaws


def test_an_accent_counts_as_one_letter_however_the_keyboard_sends_it():
    decomposed = unicodedata.normalize("NFD", "éééééé" + "x" * 12 + "12")
    assert len(decomposed) == 26
    assert find_flaws(decomposed) == ()
    assert find_flaws(unicodedata.normalize("NFD", "éé12")) == (LETTERS,)


def test_two_keyboards_give_one_password():
    assert prepare_password("e\u0301") == prepare_password("\u00e9") == "\u00e9"


def test_case_spaces_and_compatibility_forms_make_another_password():
    assert prepare_password("a") != prepare_password("A")
    assert prepare_password(" a") == " a"
    assert prepare_password("ﬁ") == "ﬁ"
