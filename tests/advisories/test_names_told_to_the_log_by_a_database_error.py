"""SQLAlchemy writes a failed statement's parameters in its message: SIRET and names, in the log."""

import logging

import pytest
from sqlalchemy import text

from tests.world import PASSWORD, World, shown_code


def test_a_failed_statement_tells_the_log_no_name(
    sqlite_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    sqlite_world.register_partner()
    sqlite_world.register_person()
    form = sqlite_world.browser().open_form()
    with sqlite_world.equipment.database.writers.begin() as connection:
        connection.execute(text("DROP TABLE person_names"))
    caplog.set_level(logging.DEBUG)
    answer = form.submit()
    assert shown_code(answer) == "MAG-500"
    assert "person_names" in caplog.text  # the error itself is there
    for secret in ("97050551700072", "970 505 517", "sawyer", "tom", PASSWORD, form.token):
        assert secret.casefold() not in caplog.text.casefold()
        assert "person_names" not in answer.text
