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
SHORT_MONTHS = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juill.", "août", "sept.", "oct.", "nov.", "déc."),
)
ROLES = {"administrateur": "Administrateur", "declarant": "Déclarant"}


def siret(digits: str) -> str:
    """Group the 14 digits of a SIRET 3-3-3-5, as people read them."""
    return NBSP.join((digits[:3], digits[3:6], digits[6:9], digits[9:]))


def plain_siret(digits: str) -> str:
    """Group a SIRET by plain spaces, for a spreadsheet."""
    return siret(digits).replace(NBSP, " ")


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
    local, zone = in_paris(parsed)
    return f"{day(local.date())} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}{zone}"


def paris_day(instant: datetime) -> str:
    """Give the day of an aware instant in Paris, as ISO 8601 writes it."""
    return in_paris(instant)[0].date().isoformat()


def stamp(instant: datetime | str) -> str:
    """Write an aware instant shortly, in Paris time, to the second: 2 nov., 09:12:04."""
    parsed = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    local, zone = in_paris(parsed)
    return f"{short_day(local.date())}, {local:%H:%M:%S}{zone}"


def short_moment(instant: str, beside: str) -> str:
    """Write an aware instant shortly, in Paris time: 2 nov., 09:12.

    The year is written only where it is not that of the instant `beside`.
    """
    local, zone = in_paris(datetime.fromisoformat(instant))
    written = short_day(local.date())
    if beside and in_paris(datetime.fromisoformat(beside))[0].year == local.year:
        written = written.rpartition(NBSP)[0]
    return f"{written}, {local:%H:%M}{zone}"


def for_spreadsheets(instant: str) -> str:
    """Write an aware instant in Paris time as a spreadsheet reads it: 2026-11-02 09:12:04."""
    local, zone = in_paris(datetime.fromisoformat(instant))
    return f"{local:%Y-%m-%d %H:%M:%S}{zone.replace(NBSP, ' ')}"


def short_day(day: date | str) -> str:
    """Write a day shortly: 2 nov. 2026, and 1er for the first of a month."""
    parsed = date.fromisoformat(day) if isinstance(day, str) else day
    number = "1er" if parsed.day == 1 else str(parsed.day)
    return f"{number}{NBSP}{SHORT_MONTHS[parsed.month - 1]}{NBSP}{parsed.year}"


def whole(number: int) -> str:
    """Write a whole number: 1 248."""
    return f"{number:,}".replace(",", NARROW_NBSP)


def share(part: int, total: int) -> str:
    """Write a part of a total as a percentage with one decimal; nothing of nothing."""
    if not total:
        return ""
    tenths = (Decimal(part) * 100 / total).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{tenths}".replace(".", ",") + f"{NBSP}%"


def in_paris(instant: datetime) -> tuple[datetime, str]:
    """Give an instant in Paris, and what to write after it where it is not."""
    try:
        return instant.astimezone(ZoneInfo("Europe/Paris")), ""
    except ZoneInfoNotFoundError:  # a bare machine may have no table of time zones
        return instant.astimezone(UTC), f"{NBSP}(UTC)"


FILTERS = (siret, siren, role, rate, euros, day, moment, short_moment, stamp, whole)
