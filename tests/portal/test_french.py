"""French as it is written."""

from datetime import UTC, date, datetime

import pytest

from partner_portal import french

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


def test_a_siret_is_grouped_3_3_3_5():
    assert french.siret("97050551700072").split(NBSP) == ["970", "505", "517", "00072"]
    assert french.siren("97050551700072").split(NBSP) == ["970", "505", "517"]


def test_numbers_take_commas_and_thin_spaces():
    assert french.rate(1005) == f"1,01{NBSP}%"
    assert french.rate(1040) == f"1,04{NBSP}%"
    assert french.euros(123456789) == f"1{NARROW}234{NARROW}567,89{NBSP}€"


@pytest.mark.parametrize(
    ("day", "written"),
    [(date(2026, 8, 1), f"1er{NBSP}août 2026"), (date(2026, 11, 2), f"2{NBSP}novembre 2026")],
)
def test_the_first_of_a_month_is_premier(day, written):
    assert french.day(day) == written


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (datetime(2026, 7, 14, 22, 30, tzinfo=UTC), f"15{NBSP}juillet 2026 à 0{NBSP}h{NBSP}30"),
        (datetime(2026, 12, 1, 8, 5, tzinfo=UTC), f"1er{NBSP}décembre 2026 à 9{NBSP}h{NBSP}05"),
    ],
)
def test_an_instant_is_told_in_paris_time(instant, written):
    assert french.moment(instant) == written


def test_a_role_added_later_still_shows():
    assert french.role("declarant") == "Déclarant"
    assert french.role("signataire") == "signataire"
