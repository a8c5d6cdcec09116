"""The drawings, made here: places in per cent across, so that they fit any screen."""

from dataclasses import dataclass
from datetime import date, timedelta

from partner_portal import french
from partner_portal.sent_links import Day

PLOT_PIXELS = 96
LINES = 3
FALL_PIXELS = 40
FEWEST_SLOTS = 14
MOST_DAYS = 31
MOST_WEEKS = 26
_WEEK = timedelta(days=7)
_BAR_SHARE = 0.36
_MARKS_ON_A_PHONE = 7


@dataclass(frozen=True, kw_only=True)
class Bars:
    """One slot: two bars side by side; places in per cent across, in pixels down.

    `is_minor`: its mark is left out where there is little room.
    """

    mark: str
    name: str
    is_minor: bool
    middle: str
    width: str
    opened: int
    opened_left: str
    opened_pixels: float
    authenticated: int
    authenticated_pixels: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The whole drawing; `lines` are the values at its horizontal lines, highest first."""

    title: str
    unit: str
    caption: str
    bars: tuple[Bars, ...]
    lines: tuple[tuple[int, float], ...]


def chart_of(days: list[Day]) -> Chart | None:
    """Draw days, or weeks or months when there are many; None when nothing happened yet."""
    if not days:
        return None
    first, last = (date.fromisoformat(day.day) for day in (days[0], days[-1]))
    if (last - first).days < MOST_DAYS:
        return _drawn("Par jour", "Jour", _daily(days, first, last), last)
    if (last - first).days < MOST_WEEKS * 7:
        return _drawn("Par semaine", "Semaine du", _weekly(days, first, last), last)
    return _drawn("Par mois", "Mois", _monthly(days), last)


def falls_of(counts: list[int]) -> list[tuple[str, str]]:
    """Draw the funnel: for each count, a line that goes from its level to the next one's.

    Returns: for each, the line and the ground under it, as points of a 100 by 40 square.
    """
    most = max(*counts, 1)
    levels = [FALL_PIXELS - round(FALL_PIXELS * 0.9 * count / most, 1) for count in counts]
    falls = []
    for level, following in zip(levels, [*levels[1:], levels[-1]], strict=True):
        line = f"0,{level} 76,{level} 100,{following}"
        falls.append((line, f"{line} 100,{FALL_PIXELS} 0,{FALL_PIXELS}"))
    return falls


@dataclass
class _Slot:
    begins: date
    mark: str
    name: str
    opened: int = 0
    authenticated: int = 0

    def add(self, day: Day) -> None:
        self.opened += day.opened
        self.authenticated += day.authenticated


def _daily(days: list[Day], first: date, last: date) -> list[_Slot]:
    count = max((last - first).days + 1, FEWEST_SLOTS)
    every = [first + timedelta(days=number) for number in range(count)]
    slots = {day: _Slot(day, str(day.day), french.day(day)) for day in every}
    for day in days:
        slots[date.fromisoformat(day.day)].add(day)
    return list(slots.values())


def _weekly(days: list[Day], first: date, last: date) -> list[_Slot]:
    monday = first - timedelta(days=first.weekday())
    count = max((last - monday) // _WEEK + 1, FEWEST_SLOTS)
    every = [monday + number * _WEEK for number in range(count)]
    slots = [_Slot(day, str(day.day), french.day(day)) for day in every]
    for day in days:
        slots[(date.fromisoformat(day.day) - monday) // _WEEK].add(day)
    return slots


def _monthly(days: list[Day]) -> list[_Slot]:
    slots: dict[date, _Slot] = {}
    month = date.fromisoformat(days[0].day).replace(day=1)
    last = date.fromisoformat(days[-1].day)
    while month <= last or len(slots) < FEWEST_SLOTS:
        name = french.MONTHS[month.month - 1]
        slots[month] = _Slot(month, name[:1].upper(), f"{name} {month.year}")
        month = (month + timedelta(days=32)).replace(day=1)
    for day in days:
        slots[date.fromisoformat(day.day).replace(day=1)].add(day)
    return list(slots.values())


def _drawn(title: str, unit: str, slots: list[_Slot], last: date) -> Chart:
    top = _top(max(max(slot.opened, slot.authenticated) for slot in slots))
    across = 100 / len(slots)
    marked_every = -(-len(slots) // _MARKS_ON_A_PHONE)
    bars = (
        Bars(
            mark=slot.mark,
            name=slot.name,
            is_minor=number % marked_every != 0,
            middle=_percent((number + 0.5) * across),
            width=_percent(_BAR_SHARE * across),
            opened=slot.opened,
            opened_left=_percent((number + 0.5 - _BAR_SHARE) * across),
            opened_pixels=_pixels(slot.opened, top),
            authenticated=slot.authenticated,
            authenticated_pixels=_pixels(slot.authenticated, top),
        )
        for number, slot in enumerate(slots)
    )
    values = [top * number // LINES for number in range(LINES, -1, -1)]
    return Chart(
        title=title,
        unit=unit,
        caption=f"Du {french.day(slots[0].begins)} au {french.day(max(last, slots[-1].begins))}",
        bars=tuple(bars),
        lines=tuple((value, PLOT_PIXELS - _pixels(value, top)) for value in values),
    )


def _top(most: int) -> int:
    """Give a round value above the highest bar: three equal steps, each easy to read."""
    power = 1
    while True:
        for tenths in (10, 15, 20, 25, 30, 40, 50, 60, 80):
            step, rest = divmod(tenths * power, 10)
            if rest == 0 and LINES * step >= most:
                return LINES * step
        power *= 10


def _pixels(value: int, top: int) -> float:
    return round(PLOT_PIXELS * value / top, 1)


def _percent(value: float) -> str:
    return f"{value:.3f}%"
