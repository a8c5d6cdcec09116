"""SIREN and SIRET: read as people paste them, kept as digits, refused with a reason."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar
from urllib.parse import urlsplit

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_rules
from stdnum.fr import siret as siret_rules

from mag_server.base.errors import N_
from mag_server.base.hosts import is_local
from mag_server.base.settings import Settings

SIREN_LENGTH = 9
SIRET_LENGTH = 14
# A paste may carry separators of every kind; beyond this it is no number and is not read.
_LONGEST_TEXT = 200
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

# Requirement C-31: the sample companies DECLARE1 to DECLARE7 whose key is wrong (613456789 is
# right). The demonstration excuses these and nothing else.
SAMPLE_SIRENS = frozenset(
    {"123456789", "213456789", "313456789", "413456789", "513456789", "713456789"}
)


class CompanyNumberReason(Enum):
    """Why a SIREN or a SIRET was refused (docs/identifiers.md)."""

    LONGUEUR = "longueur"
    CARACTERE = "caractere"
    CLE_SIREN = "cle_siren"
    CLE_SIRET = "cle_siret"
    NUL = "nul"
    MONACO = "monaco"


@dataclass(frozen=True)
class SiretRefused:
    """The text is no SIRET; the reason helps to correct it and says nothing of the register."""

    reason: CompanyNumberReason


@dataclass(frozen=True)
class SirenRefused:
    """The text is no SIREN; the reason helps to correct it and says nothing of the register."""

    reason: CompanyNumberReason


class DemonstrationRefusedError(Exception):
    """The demonstration's leniency was asked for on a server that is not this machine's own."""

    def __init__(self, *, issuer: str) -> None:
        super().__init__(f"{issuer} is not a *.localhost address: strictness stays production")
        self.issuer = issuer


@dataclass(frozen=True)
class Strictness:
    """How strictly keys are checked.

    `Strictness.PRODUCTION` is the default everywhere. A lenient value cannot be built without
    an issuer that only this machine can reach, so a server in production has none to pass.

    Raises:
        DemonstrationRefusedError: A leniency with an issuer that is not local.
    """

    demonstration_issuer: str | None = None

    PRODUCTION: ClassVar["Strictness"]

    def __post_init__(self) -> None:
        """Refuse to exist when lenient anywhere but on this machine."""
        if self.demonstration_issuer is None:
            return
        if not is_local(urlsplit(self.demonstration_issuer).hostname or ""):
            raise DemonstrationRefusedError(issuer=self.demonstration_issuer)

    @classmethod
    def demonstration(cls, *, issuer: str) -> "Strictness":
        """Excuse the sample companies' wrong keys, for an issuer on *.localhost or loopback."""
        return cls(demonstration_issuer=issuer)

    @classmethod
    def chosen_by(cls, settings: Settings) -> "Strictness":
        """Return what the settings ask for: MAG_DEMONSTRATION=1, else production."""
        if not settings.demonstration:
            return cls.PRODUCTION
        return cls.demonstration(issuer=settings.issuer)

    def excuses(self, siren: str) -> bool:
        """Tell whether the keys of this SIREN's numbers are left unchecked."""
        return self.demonstration_issuer is not None and siren in SAMPLE_SIRENS


Strictness.PRODUCTION = Strictness()


def _group(digits: str, sizes: tuple[int, ...]) -> str:
    groups, start = [], 0
    for size in sizes:
        groups.append(digits[start : start + size])
        start += size
    return _NO_BREAK_SPACE.join(groups)


@dataclass(frozen=True)
class Siren:
    """A company: nine ASCII digits. Made by `parse_siren`, or from what a store kept.

    Raises:
        ValueError: The digits are not nine ASCII digits, which only a bug can cause.
    """

    digits: str

    def __post_init__(self) -> None:
        """Keep out what no parser would have let in."""
        if not re.fullmatch(r"[0-9]{9}", self.digits):
            raise ValueError("a SIREN is nine ASCII digits")

    def __str__(self) -> str:
        return self.digits

    @property
    def grouped(self) -> str:
        """The number as people read it: 3-3-3, with no-break spaces."""
        return _group(self.digits, (3, 3, 3))


@dataclass(frozen=True)
class Siret:
    """An establishment: fourteen ASCII digits. Made by `parse_siret`, or from what a store kept.

    Raises:
        ValueError: The digits are not fourteen ASCII digits, which only a bug can cause.
    """

    digits: str

    def __post_init__(self) -> None:
        """Keep out what no parser would have let in."""
        if not re.fullmatch(r"[0-9]{14}", self.digits):
            raise ValueError("a SIRET is fourteen ASCII digits")

    def __str__(self) -> str:
        return self.digits

    @property
    def siren(self) -> Siren:
        """The company this establishment belongs to: the first nine digits."""
        return Siren(self.digits[:SIREN_LENGTH])

    @property
    def grouped(self) -> str:
        """The number as people read it: 3-3-3-5, with no-break spaces (requirement C-25)."""
        return _group(self.digits, (3, 3, 3, 5))


def parse_siret(text: str, *, strictness: Strictness) -> Siret | SiretRefused:
    """Read a SIRET as typed or pasted: 14 digits, with separators of any kind between them.

    Returns:
        The SIRET, or why the text is none; whether the company exists is never asked.

    Source: docs/identifiers.md (La Poste's own key, all zeros refused, Monaco named).
    """
    compact = _compact(text)
    reason = _shape(compact, length=SIRET_LENGTH) or _siret_keys(compact, strictness=strictness)
    return SiretRefused(reason) if reason else Siret(compact)


def parse_siren(text: str, *, strictness: Strictness) -> Siren | SirenRefused:
    """Read a SIREN as typed or pasted: 9 digits, with separators of any kind between them.

    Returns:
        The SIREN, or why the text is none; whether the company exists is never asked.

    Source: docs/identifiers.md.
    """
    compact = _compact(text)
    reason = _shape(compact, length=SIREN_LENGTH) or _siren_key(compact, strictness=strictness)
    return SirenRefused(reason) if reason else Siren(compact)


def _compact(text: str) -> str:
    """Keep letters and digits only, decimal digits of other widths as ASCII.

    People paste spaces of every kind, dots, hyphens, slashes, invisible marks of a spreadsheet.
    A text far too long comes out empty, hence of a wrong length.
    """
    if len(text) > _LONGEST_TEXT:
        return ""
    kept = (char for char in text if char.isalnum())
    # NFKC on decimal digits alone: it would also turn a pasted "½" or "²" into plain digits.
    return "".join(unicodedata.normalize("NFKC", c) if c.isdecimal() else c for c in kept)


def _shape(compact: str, *, length: int) -> CompanyNumberReason | None:
    # Monaco's employers have pseudo-numbers in letters, such as MONACOCONFO001.
    if compact.upper().startswith("MONACO"):
        return CompanyNumberReason.MONACO
    if re.search(r"[^0-9]", compact):
        return CompanyNumberReason.CARACTERE
    if len(compact) != length:
        return CompanyNumberReason.LONGUEUR
    # The keys of zeros are right, and python-stdnum accepts them: no company has this number.
    if set(compact[:SIREN_LENGTH]) == {"0"}:
        return CompanyNumberReason.NUL
    return None


def _siren_key(compact: str, *, strictness: Strictness) -> CompanyNumberReason | None:
    if strictness.excuses(compact[:SIREN_LENGTH]):
        return None
    try:
        siren_rules.validate(compact[:SIREN_LENGTH])
    except ValidationError:
        return CompanyNumberReason.CLE_SIREN
    return None


def _siret_keys(compact: str, *, strictness: Strictness) -> CompanyNumberReason | None:
    if strictness.excuses(compact[:SIREN_LENGTH]):
        return None
    if reason := _siren_key(compact, strictness=strictness):
        return reason
    try:
        siret_rules.validate(compact)
    except ValidationError:
        return CompanyNumberReason.CLE_SIRET
    return None


_SIRET_MESSAGES: Mapping[CompanyNumberReason, str] = {
    CompanyNumberReason.LONGUEUR: N_("Le SIRET compte 14 chiffres."),
    CompanyNumberReason.CARACTERE: N_("Le SIRET ne contient que des chiffres."),
    CompanyNumberReason.CLE_SIREN: N_(
        "Un chiffre semble faux parmi les neuf premiers. Vérifiez le SIRET."
    ),
    CompanyNumberReason.CLE_SIRET: N_("Un chiffre semble faux. Vérifiez le SIRET."),
    CompanyNumberReason.NUL: N_("Le SIRET ne peut pas commencer par neuf zéros."),
    CompanyNumberReason.MONACO: N_(
        "Les numéros monégasques ne sont pas acceptés. Saisissez un SIRET de 14 chiffres."
    ),
}


def message_for(reason: CompanyNumberReason) -> str:
    """Return the French sentence that helps to correct a SIRET; it never says who exists."""
    return _SIRET_MESSAGES[reason]
