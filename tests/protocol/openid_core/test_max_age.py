"""max_age (OpenID Connect Core 1.0 section 3.1.2.1)."""

import pytest

from tests.world import Browser, World, answer_in


@pytest.mark.parametrize(
    ("age_seconds", "max_age", "silent"),
    [
        (0, "0", False),
        (0, "1", True),
        (60, "60", True),
        (60.001, "60", False),
        (61, "60", False),
        (61, "3600", True),
        (61, "999999999", True),
        (0, None, True),
    ],
)
def test_a_session_answers_while_its_authentication_is_young_enough(
    mag: World, age_seconds: float, max_age: str | None, *, silent: bool
) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    mag.pass_time(seconds=age_seconds)
    assert visitor.authorize(max_age=max_age).status_code == (303 if silent else 200)
    told = answer_in(visitor.authorize(max_age=max_age, prompt="none"))
    assert ("code" in told) == silent
    assert told.get("error") == (None if silent else "login_required")


@pytest.mark.parametrize(
    "max_age", ["-1", "x", "1.5", "1e3", "0x10", "٣", "9999999999", "+1", " 1"]
)
def test_anything_but_whole_seconds_is_refused(visitor: Browser, max_age: str) -> None:
    told = answer_in(visitor.authorize(max_age=max_age))
    assert (told["error"], told["error_code"]) == ("invalid_request", "MAG-109")


def test_the_age_is_that_of_the_password_not_of_the_last_use(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    for _ in range(3):
        mag.pass_time(minutes=20)
        visitor.authorize()
    assert visitor.authorize(max_age="3600").status_code == 303
    mag.pass_time(seconds=1)
    assert visitor.authorize(max_age="3600").status_code == 200


def test_the_form_that_max_age_showed_answers_with_a_fresh_authentication(mag: World) -> None:
    visitor = mag.browser()
    visitor.sign_in()
    mag.pass_time(minutes=5)
    assert "code" in answer_in(visitor.open_form(max_age="60").submit())
    assert "code" in answer_in(visitor.authorize(max_age="60"))
