"""The portal's own SQLite file: opened for one piece of work, closed after it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

BUSY_TIMEOUT_SECONDS = 5


class Database:
    """A SQLite file that makes its own tables on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.opened() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(files(__package__).joinpath("schema.sql").read_text("utf-8"))

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open a connection whose work commits on return and rolls back on an exception."""
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_SECONDS)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()
