"""The one decision of the next step, as a table of situations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mag_server.rooms.requests.model import AuthorizationRequest
from mag_server.rooms.sessions.model import Session
from mag_server.rooms.signin.model import (
    LEVELS,
    Situation,
    Step,
    can_be_met,
    decide_next_step,
    reaches,
)

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
ISSUER = "https://mag.example"
RECOVERED, PASSWORD, TWO_FACTOR = (f"{ISSUER}/acr/{level}" for level in LEVELS)
ASKED = AuthorizationRequest("klesia", "https://klesia.example/cb")
FORM, SILENT, REFUSED, UNMET = (
    Step.SHOW_FORM,
    Step.ANSWER_SILENTLY,
    Step.LOGIN_REQUIRED,
    Step.UNMET,
)
TICK = timedelta(microseconds=1)


def session(age: timedelta = timedelta(minutes=5), sub: str = "tom") -> Session:
    at = NOW - age
    return Session("sid", sub, PASSWORD, ("pwd",), at, at, NOW, None)


def prompt(*words: str) -> dict[str, frozenset[str]]:
    return {"prompt": frozenset(words)}


HOUR = timedelta(hours=1)
# What is asked; then the step without a session, and the step with one of five minutes.
SITUATIONS = [
    ({}, FORM, SILENT),
    (prompt("none"), REFUSED, SILENT),
    (prompt("login"), FORM, FORM),
    (prompt("select_account"), FORM, FORM),
    (prompt("consent"), FORM, SILENT),
    (prompt("login", "consent"), FORM, FORM),
    ({"max_age_seconds": 0}, FORM, FORM),
    ({"max_age_seconds": 299}, FORM, FORM),
    ({"max_age_seconds": 300}, FORM, SILENT),
    ({"max_age_seconds": 299} | prompt("none"), REFUSED, REFUSED),
    ({"max_age_seconds": 0} | prompt("none"), REFUSED, REFUSED),
    ({"hinted_sub": "tom"}, FORM, SILENT),
    ({"hinted_sub": "huck"}, FORM, FORM),
    ({"hinted_sub": "huck"} | prompt("none"), REFUSED, REFUSED),
    ({"hinted_sub": "tom"} | prompt("none"), REFUSED, SILENT),
    ({"acr_values": (PASSWORD,)}, FORM, SILENT),
    ({"acr_values": (TWO_FACTOR, PASSWORD)}, FORM, SILENT),
    ({"acr_values": (TWO_FACTOR,)}, UNMET, UNMET),
    ({"acr_values": (TWO_FACTOR,)} | prompt("none"), UNMET, UNMET),
    ({"acr_values": (TWO_FACTOR,)} | prompt("login"), UNMET, UNMET),
    ({"login_hint": "97050551700072"}, FORM, SILENT),
]


def decide(asked: dict, known: Session | None, minimum_acr: str | None = None) -> Step:
    request = replace(ASKED, **asked)
    return decide_next_step(Situation(request, minimum_acr, ISSUER, known, NOW))


@pytest.mark.parametrize(("asked", "without", "with_session"), SITUATIONS)
def test_the_next_step_of_every_situation(asked: dict, without: Step, with_session: Step):
    assert decide(asked, None) is without
    assert decide(asked, session()) is with_session


@pytest.mark.parametrize(("asked", "without", "with_session"), SITUATIONS)
def test_a_partners_minimum_that_cannot_be_met_is_never_lowered(
    asked: dict, without: Step, with_session: Step
):
    for known in (None, session()):
        assert decide(asked, known, TWO_FACTOR) is UNMET
    for minimum in (PASSWORD, RECOVERED):
        met = (decide(asked, None, minimum), decide(asked, session(), minimum))
        assert met == (without, with_session)


def test_a_session_is_young_enough_at_max_age_and_too_old_a_microsecond_later():
    asked = {"max_age_seconds": 60}
    assert decide(asked, session(timedelta(seconds=60))) is SILENT
    assert decide(asked, session(timedelta(seconds=60) + TICK)) is FORM


def test_prompt_none_never_shows_a_form():
    for asked, *_ in SITUATIONS:
        for known in (None, session(), session(sub="huck")):
            assert decide(asked | prompt("none"), known) is not FORM


def test_prompt_login_is_never_answered_silently():
    for asked, *_ in SITUATIONS:
        if "prompt" not in asked:
            assert decide(asked | prompt("login"), session()) is not SILENT


def test_each_level_reaches_itself_and_those_below():
    levels = (RECOVERED, PASSWORD, TWO_FACTOR)
    reached = {
        acr: [low for low in levels if reaches(acr, minimum_acr=low, issuer=ISSUER)]
        for acr in levels
    }
    assert reached == {
        RECOVERED: [RECOVERED],
        PASSWORD: [RECOVERED, PASSWORD],
        TWO_FACTOR: [RECOVERED, PASSWORD, TWO_FACTOR],
    }


def test_a_level_is_this_issuers_or_nobodys():
    asked = replace(ASKED, acr_values=("https://other.example/acr/password",))
    assert not can_be_met(asked, minimum_acr=None, issuer=ISSUER)
    for stranger in ("password", "", f"{PASSWORD}/", "https://other.example/acr/recovered"):
        assert not can_be_met(ASKED, minimum_acr=stranger, issuer=ISSUER)
    assert can_be_met(ASKED, minimum_acr=None, issuer=ISSUER)
