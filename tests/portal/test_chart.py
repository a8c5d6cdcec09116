"""The drawings: what they add up to, and how they are cut."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from partner_portal.chart import FALL_PIXELS, LINES, PLOT_PIXELS, chart_of, falls_of
from partner_portal.sent_links import Day

BEGIN = date(2026, 10, 28)


def days_over(length: int) -> list[Day]:
    every = (BEGIN + timedelta(days=number) for number in range(0, length, 3))
    return [Day(day.isoformat(), 7, 3) for day in every]


@pytest.mark.parametrize(
    ("length", "title", "fewest", "most"),
    [
        (1, "Par jour", 14, 14),
        (31, "Par jour", 31, 31),
        (35, "Par semaine", 14, 14),
        (180, "Par semaine", 26, 27),
        (366, "Par mois", 14, 14),
    ],
)
def test_long_campaigns_are_cut_in_weeks_and_months_and_lose_nothing(length, title, fewest, most):
    days = days_over(length)
    chart = chart_of(days)
    assert chart.title == title
    assert fewest <= len(chart.bars) <= most
    assert sum(bars.opened for bars in chart.bars) == sum(day.opened for day in days)
    assert sum(bars.authenticated for bars in chart.bars) == sum(day.authenticated for day in days)


@pytest.mark.parametrize("most", [1, 2, 3, 4, 9, 10, 99, 333, 1000, 99_999])
def test_the_highest_bar_fits_and_the_lines_are_whole_numbers(most):
    chart = chart_of([Day("2026-11-02", most, 0)])
    values = [value for value, _ in chart.lines]
    assert values[0] >= most
    assert values[-1] == 0
    assert values[0] % LINES == 0
    assert len({one - two for one, two in pairwise(values)}) == 1
    assert chart.bars[0].opened_pixels <= PLOT_PIXELS
    assert chart.bars[0].opened_pixels >= PLOT_PIXELS / LINES


def test_nothing_is_drawn_of_nothing():
    assert chart_of([]) is None


def test_every_bar_stays_between_the_edges():
    for length in (1, 31, 180, 366):
        for bars in chart_of(days_over(length)).bars:
            assert 0 <= float(bars.opened_left[:-1]) < float(bars.middle[:-1])
            assert float(bars.middle[:-1]) + float(bars.width[:-1]) <= 100


def test_the_funnel_is_one_line_whose_pieces_meet():
    falls = falls_of([100, 80, 40, 40, 0])
    heights = [[float(point.split(",")[1]) for point in line.split()] for line, _ in falls]
    for piece, following in pairwise(heights):
        assert piece[-1] == following[0]
    assert heights[0][0] < heights[-1][0] == FALL_PIXELS
    assert falls_of([0, 0, 0, 0, 0])[0][0].startswith(f"0,{FALL_PIXELS}")
