"""French as it is written: SIRET, numbers, dates and the names of things."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NBSP = "\N{NO-BREAK SPACE}"
NARROW_NBSP = "\N{NARROW NO-BREAK SPACE}"
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
ROLES = {"administrateur": "Administrateur", "declarant": "Déclarant"}


def siret(digits: str) -> str:
    """Group the 14 digits of a SIRET 3-3-3-5, as people read them."""
    return NBSP.join((digits[:3], digits[3:6], digits[6:9], digits[9:]))


def siren(digits: str) -> str:
    """Group the 9 digits of the SIREN that opens a SIRET 3-3-3."""
    return NBSP.join((digits[:3], digits[3:6], digits[6:9]))


def role(name: str) -> str:
    """Name a role of MAG's; one added later shows as MAG wrote it."""
    return ROLES.get(name, name)


def rate(cent_milliemes: int) -> str:
    """Write a rate kept in hundred-thousandths as a percentage with two decimals."""
    return f"{rate_number(cent_milliemes)}{NBSP}%"


def rate_number(cent_milliemes: int) -> str:
    """Write a rate kept in hundred-thousandths as a bare number of per cent."""
    hundredths = (Decimal(cent_milliemes) / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{hundredths:.2f}".replace(".", ",")


def euros(cents: int) -> str:
    """Write an amount kept in cents."""
    whole = f"{Decimal(cents) / 100:,.2f}".replace(",", NARROW_NBSP).replace(".", ",")
    return f"{whole}{NBSP}€"


def day(moment: date | str) -> str:
    """Write a day: 2 novembre 2026, and 1er for the first of a month."""
    parsed = date.fromisoformat(moment) if isinstance(moment, str) else moment
    number = "1er" if parsed.day == 1 else str(parsed.day)
    return f"{number}{NBSP}{MONTHS[parsed.month - 1]} {parsed.year}"


def moment(instant: datetime | str) -> str:
    """Write an aware instant in Paris time: le 2 novembre 2026 à 9 h 05."""
    parsed = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    local, zone = _in_paris(parsed)
    return f"{day(local.date())} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}{zone}"


def _in_paris(instant: datetime) -> tuple[datetime, str]:
    try:
        return instant.astimezone(ZoneInfo("Europe/Paris")), ""
    except ZoneInfoNotFoundError:  # a bare machine may have no table of time zones
        return instant.astimezone(UTC), f"{NBSP}(UTC)"


FILTERS = (siret, siren, role, rate, euros, day, moment)
