import unicodedata
from enum import Enum

LEAST_LETTERS = 6
LEAST_DIGITS = 2
MOST_CHARACTERS = 20


class PasswordFlaw(Enum):
    """Why a password is refused when it is chosen; the value is the sentence shown."""

    LETTERS = "Au moins 6 lettres"
    DIGITS = "Au moins 2 chiffres"
    LENGTH = "Au plus 20 caractères"


def prepare_password(typed: str) -> str:
    """Return the one form in which a password is hashed: NFC, so that keyboards agree."""
    return unicodedata.normalize("NFC", typed)


def find_flaws(password: str) -> tuple[PasswordFlaw, ...]:
    """Return each rule that a chosen password breaks (B-35 to B-37; letters in reading 19)."""
    text = prepare_password(password)
    letters = sum(unicodedata.category(character).startswith("L") for character in text)
    digits = sum(unicodedata.category(character) == "Nd" for character in text)
    broken = {
        PasswordFlaw.LETTERS: letters < LEAST_LETTERS,
        PasswordFlaw.DIGITS: digits < LEAST_DIGITS,
        PasswordFlaw.LENGTH: len(text) > MOST_CHARACTERS,
    }
    return tuple(flaw for flaw, is_broken in broken.items() if is_broken)
