"""Names and persons: the key that compares names, the triplet, and who a person is."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from mag_server.base.errors import N_
from mag_server.rooms.companies.model import Siret, SiretRefused, Strictness, parse_siret

LONGEST_NAME_CODE_POINTS = 100
# Beyond this the text is not even normalised: NFKD may make one code point eighteen.
_LONGEST_TEXT_CODE_POINTS = 1000

# Letters that no decomposition splits, though French files write them both ways.
_EXPANSIONS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)

# Unicode calls these letters or symbols of letters, people use them as apostrophes: dropped by
# name, since keeping only letters would keep them.
_LETTER_LIKE_APOSTROPHES = frozenset(
    "\N{MODIFIER LETTER APOSTROPHE}"
    "\N{MODIFIER LETTER DOUBLE APOSTROPHE}"
    "\N{MODIFIER LETTER TURNED COMMA}"
    "\N{MODIFIER LETTER REVERSED COMMA}"
    "\N{MODIFIER LETTER PRIME}"
    "\N{MODIFIER LETTER DOUBLE PRIME}"
    "\N{MODIFIER LETTER VERTICAL LINE}"
    "\N{MODIFIER LETTER ACUTE ACCENT}"
    "\N{MODIFIER LETTER GRAVE ACCENT}"
    "\N{MODIFIER LETTER RIGHT HALF RING}"
    "\N{MODIFIER LETTER LEFT HALF RING}"
    "\N{LATIN SMALL LETTER SALTILLO}"
    "\N{LATIN CAPITAL LETTER SALTILLO}"
    "\N{NKO HIGH TONE APOSTROPHE}"
    "\N{NKO LOW TONE APOSTROPHE}"
)

# Unicode's Bidi_Control property: they make a shown name read as another one.
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# They show nothing and come with a paste; the two joiners, which shape letters, are kept.
_INVISIBLES = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_JOINERS = frozenset("\u200c\u200d")


def name_key(text: str) -> str:
    """Return the key by which two ways of writing one name are equal.

    NFKD, casefold, expansions, then only letters and digits are kept: accents, spaces, hyphens
    and apostrophes of every kind fall. Letters of other alphabets stay as they are.

    Returns:
        The key; empty when the text holds no letter and no digit.

    Source: docs/identifiers.md.
    """
    # Casefolding may compose anew and free new letters, so the decomposition is done again.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    expanded = folded.translate(_EXPANSIONS)
    return "".join(char for char in expanded if _counts(char))


def _counts(char: str) -> bool:
    if char in _LETTER_LIKE_APOSTROPHES:
        return False
    category = unicodedata.category(char)
    return category.startswith("L") or category == "Nd"


class NameReason(Enum):
    """Why a nom or a prénom was refused."""

    VIDE = "vide"
    LONGUEUR = "longueur"
    BIDI = "bidi"
    CARACTERE = "caractere"


@dataclass(frozen=True)
class NameRefused:
    """The text is no name; the reason is for who registers it, a sign-in form never shows it."""

    reason: NameReason


@dataclass(frozen=True)
class PersonName:
    """One nom or one prénom, as registered (NFC, at most 100 code points)."""

    registered: str

    def __str__(self) -> str:
        return self.registered

    @property
    def key(self) -> str:
        """The comparison key, never shown; it may be longer than the name."""
        return name_key(self.registered)


def parse_name(text: str) -> PersonName | NameRefused:
    """Read a nom or a prénom as typed: NFC, outer blanks dropped, inner ones made one space.

    Returns:
        The name, or why the text is none.

    Source: docs/identifiers.md (at most 100 code points, bidi controls and empty keys refused).
    """
    if len(text) > _LONGEST_TEXT_CODE_POINTS:
        return NameRefused(NameReason.LONGUEUR)
    if any(char in _BIDI_CONTROLS for char in text):
        return NameRefused(NameReason.BIDI)
    trimmed = text.translate(_INVISIBLES).strip()
    if any(_is_forbidden(char) for char in trimmed):
        return NameRefused(NameReason.CARACTERE)
    registered = " ".join(unicodedata.normalize("NFC", trimmed).split())
    if not name_key(registered):
        return NameRefused(NameReason.VIDE)
    if len(registered) > LONGEST_NAME_CODE_POINTS:
        return NameRefused(NameReason.LONGUEUR)
    return PersonName(registered)


def _is_forbidden(char: str) -> bool:
    # Controls, surrogates, private use; unassigned too, whose key a later Unicode could change;
    # line and paragraph separators; and every invisible mark that shapes no letter.
    if char in _JOINERS:
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


_MESSAGES: Mapping[NameReason, str] = {
    NameReason.VIDE: N_("Saisissez au moins une lettre."),
    NameReason.LONGUEUR: N_("Saisissez 100 caractères au plus."),
    NameReason.BIDI: N_("Retirez les marques de sens d’écriture, invisibles."),
    NameReason.CARACTERE: N_("Retirez les caractères de contrôle, invisibles."),
}


def message_for(reason: NameReason) -> str:
    """Return the French sentence that helps who registers a name to correct it."""
    return _MESSAGES[reason]


class TripletKey(NamedTuple):
    """What is unique among people, and what a sign-in looks up (reading 1)."""

    siret: str
    nom_key: str
    prenom_key: str


@dataclass(frozen=True)
class Triplet:
    """Who signs in: SIRET, nom, prénom (requirement A-02)."""

    siret: Siret
    nom: PersonName
    prenom: PersonName

    @property
    def key(self) -> TripletKey:
        """The key two ways of writing one triplet share."""
        return TripletKey(self.siret.digits, self.nom.key, self.prenom.key)


class FieldReason(Enum):
    """Why a field cannot be judged at all."""

    EMPTY = "vide"


def read_triplet(
    *, siret: str, nom: str, prenom: str, strictness: Strictness
) -> Triplet | dict[str, Enum]:
    """Read a triplet as typed; or return a reason for each field that cannot be one."""
    read = parse_siret(siret, strictness=strictness), parse_name(nom), parse_name(prenom)
    refused: dict[str, Enum] = {
        name: parsed.reason if text.strip() else FieldReason.EMPTY
        for name, text, parsed in zip(
            ("siret", "nom", "prenom"), (siret, nom, prenom), read, strict=True
        )
        if isinstance(parsed, SiretRefused | NameRefused)
    }
    number, family_name, given_name = read
    if (
        isinstance(number, Siret)
        and isinstance(family_name, PersonName)
        and isinstance(given_name, PersonName)
    ):
        return Triplet(number, family_name, given_name)
    return refused


class Role(Enum):
    """What a person is in the company (requirements B-01, B-04)."""

    ADMINISTRATEUR = "administrateur"
    DECLARANT = "declarant"


class PersonState(Enum):
    """Whether a person may sign in at all (requirement B-17)."""

    ACTIF = "actif"
    RADIE = "radie"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A registered person; `sub` is random, immutable and public, never made from the triplet.

    `email_validated_at` is an aware UTC instant, or None until the address is validated.
    """

    sub: str
    siret: Siret
    nom: PersonName
    prenom: PersonName
    email: str
    email_validated_at: datetime | None
    state: PersonState
    roles: frozenset[Role]

    @property
    def triplet(self) -> Triplet:
        """The names the person is registered under now; aliases are not part of it."""
        return Triplet(self.siret, self.nom, self.prenom)

    @property
    def family_name(self) -> str:
        """The nom as registered: the claim of that name."""
        return self.nom.registered

    @property
    def given_name(self) -> str:
        """The prénom as registered: the claim of that name."""
        return self.prenom.registered
