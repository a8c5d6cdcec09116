"""What the actions promise of forms: shown for nothing, spent once, forgotten late."""

import pytest

from mag_server.rooms.signin.actions import forget_old_attempts
from tests.rooms.signin.guesses import ENTERS, guess, outcome
from tests.world import World, shown_code


@pytest.fixture
def town(world: World) -> World:
    world.register_partner()
    world.register_person()
    return world


@pytest.fixture
def sqlite_town(sqlite_world: World) -> World:
    sqlite_world.register_partner()
    sqlite_world.register_person()
    return sqlite_world


def test_a_form_that_is_shown_writes_nothing(town: World):
    def rows() -> list[tuple[str, int]]:
        with town.work().read() as connection:
            tables = ("sessions", "codes", "form_uses", "signin_attempts", "attempt_buckets")
            return [
                (table, connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)  # noqa: S608 - our own names
                for table in tables
            ]

    before = rows()
    town.browser().open_form()
    assert rows() == before


def test_a_spent_form_is_remembered_until_it_has_expired(sqlite_town: World):
    form = sqlite_town.browser().open_form()
    assert outcome(form.submit()) == ENTERS
    sqlite_town.pass_time(hours=12)
    assert forget_old_attempts(sqlite_town.work()) == 0
    assert shown_code(form.submit(password="Another-one-99")) == "MAG-204"
    sqlite_town.pass_time(microseconds=1)
    # The form is gone, its attempt lives on for its ten minutes, and the token has expired.
    assert forget_old_attempts(sqlite_town.work()) == 1
    sqlite_town.pass_time(seconds=1)
    assert shown_code(form.submit()) == "MAG-204"


def test_a_refusal_leaves_no_form_spent_and_no_attempt(sqlite_town: World):
    form = sqlite_town.browser().open_form()
    assert shown_code(form.submit(password="Wrong-guess-99")) == "MAG-201"
    assert outcome(form.submit()) == ENTERS


def test_a_password_is_never_in_an_answer(sqlite_town: World):
    refused = guess(sqlite_town, password="Wrong-guess-99")
    assert "Wrong-guess-99" not in refused.text
    assert "Wrong-guess-99" not in str(refused.headers)
