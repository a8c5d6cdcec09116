from datetime import UTC, datetime

import pytest

from mag_server.base.dates import spoken_date, spoken_time

NBSP = "\N{NO-BREAK SPACE}"
MORNING = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
# In Paris it is two hours later, and already the next day.
SUMMER_NIGHT = datetime(2026, 7, 31, 22, 5, tzinfo=UTC)
# The night the clocks go back: 02:30 comes twice.
FIRST_HALF_PAST_TWO = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
SECOND_HALF_PAST_TWO = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "language", "said"),
    [
        (MORNING, "fr", "2 mars 2026, 9 h 30"),
        (MORNING, "en", "2 March 2026, 09:30"),
        (SUMMER_NIGHT, "fr", "1er août 2026, 0 h 05"),
        (SUMMER_NIGHT, "en", "1 August 2026, 00:05"),
        (FIRST_HALF_PAST_TWO, "fr", "25 octobre 2026, 2 h 30"),
        (SECOND_HALF_PAST_TWO, "fr", "25 octobre 2026, 2 h 30"),
    ],
)
def test_an_instant_is_said_in_paris_in_the_readers_language(instant, language, said):
    day, time = spoken_date(instant, language), spoken_time(instant, language)
    assert f"{day}, {time}".replace(NBSP, " ") == said


def test_a_french_time_does_not_break_at_the_end_of_a_line():
    assert spoken_time(MORNING, "fr") == f"9{NBSP}h{NBSP}30"
