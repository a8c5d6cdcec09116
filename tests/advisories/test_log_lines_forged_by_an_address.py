"""A line break in a requested path (%0A) wrote a second line, of anyone's choice, in the log."""

import logging

import pytest

from tests.world import World


@pytest.mark.parametrize("breaking", ["%0A", "%0D%0A", "%E2%80%A8", "%C2%85", "%1B%5B2J", "%00"])
def test_a_path_cannot_write_a_line_of_the_log(
    sqlite_world: World, caplog: pytest.LogCaptureFixture, breaking: str
) -> None:
    caplog.set_level(logging.INFO, logger="mag.requests")
    sqlite_world.browser().get(f"/x{breaking}POST /sign-in 303 code=- trace_id=forged")
    lines = [record.getMessage() for record in caplog.records if record.name == "mag.requests"]
    assert len(lines) == 1
    assert lines[0].isascii()
    assert lines[0].isprintable()
    assert " /sign-in 303" not in lines[0]


def test_a_long_path_does_not_fill_the_log(
    sqlite_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="mag.requests")
    sqlite_world.browser().get("/" + "x" * 60_000)
    assert all(len(record.getMessage()) < 400 for record in caplog.records)
