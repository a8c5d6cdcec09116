"""Instants as people read them: in Paris, in their language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

PARIS = ZoneInfo("Europe/Paris")


def spoken_date(instant: datetime, language: str) -> str:
    """Return the day in Paris: « 2 mars 2026 », "2 March 2026"."""
    return spoken_day(instant.astimezone(PARIS).date(), language)


def spoken_day(day: date, language: str) -> str:
    """Return a day, as `spoken_date` does."""
    spoken = format_date(day, "d MMMM y", locale=language)
    return f"1er{spoken[1:]}" if language == "fr" and day.day == 1 else spoken


def spoken_time(instant: datetime, language: str) -> str:
    """Return the time in Paris: « 9 h 30 », "09:30"."""
    pattern = "H'\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}'mm" if language == "fr" else "HH:mm"
    return format_time(instant, pattern, tzinfo=PARIS, locale=language)
