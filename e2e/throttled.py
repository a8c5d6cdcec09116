"""The wrong passwords that a running demonstration has counted."""

import sqlite3
from contextlib import closing

from tests.demo.running import Demonstration


def forget_failures(demo: Demonstration) -> None:
    """Let everybody try at once."""
    _change(demo, "DELETE FROM attempt_buckets")


def make_wait(demo: Demonstration) -> None:
    """Make whoever failed wait for a minute, as after many failures."""
    _change(demo, "UPDATE attempt_buckets SET failures = 30, free_at = changed_at + 60 * 1000000")


def _change(demo: Demonstration, statement: str) -> None:
    with closing(sqlite3.connect(demo.database_url.removeprefix("sqlite:///"), timeout=10)) as kept:
        kept.execute(statement)
        kept.commit()
