"""Work: one instant, autocommit reads, at most one write."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from mag_server.base.db import Connection, Database, Executable, Row
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings

T = TypeVar("T")
# How long another process may go on with the old value after a change: one look a second.
CACHE_LOOK_SECONDS = 1


class WriteTwiceError(RuntimeError):
    """A second write block was opened in one action: only a bug can cause it."""


class Cache:
    """Values read often and changed seldom (partners, keys), kept until their version moves."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, datetime, Any]] = {}
        self._guard = threading.Lock()
        self._changes = 0

    def recall(
        self, name: str, *, now: datetime, version: Callable[[], int], load: Callable[[], Any]
    ) -> Any:
        """Return the kept value, reloaded when its version moved; looked at once a second."""
        kept = self._kept.get(name)
        if kept and abs(now - kept[1]) < timedelta(seconds=CACHE_LOOK_SECONDS):
            return kept[2]
        changes = self._changes
        number = version()
        value = kept[2] if kept and kept[0] == number else load()
        with self._guard:
            # What was read while another thread changed it may be the old value: not kept.
            if changes == self._changes:
                self._kept[name] = (number, now, value)
        return value

    def forget(self) -> None:
        """Drop everything: the process that changes a value sees the change at once."""
        with self._guard:
            self._changes += 1
            self._kept.clear()


@dataclass(frozen=True)
class Equipment:
    """What every action may use: made once per process, shared by its threads."""

    settings: Settings
    database: Database
    secret_keys: SecretKeys = field(repr=False)
    hasher: Hasher
    cache: Cache = field(default_factory=Cache)

    def work(self, now: datetime) -> "Work":
        """Return the Work of one instant."""
        return Work(self, now)


class Work:
    """One instant (`now`, aware UTC), reads in autocommit, and at most one write block."""

    def __init__(self, equipment: Equipment, now: datetime) -> None:
        self.equipment = equipment
        self.now = now
        self._wrote = False
        self._changed_cached = False
        self._open: Connection | None = None

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        return self.equipment.settings

    @property
    def secret_keys(self) -> SecretKeys:
        """Return the server's own keys."""
        return self.equipment.secret_keys

    @property
    def database(self) -> Database:
        """Return the database, for statements written per dialect."""
        return self.equipment.database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection in autocommit: each statement sees the latest commit.

        Inside a block of this Work it is the block's own connection: what is read while writing
        is what the block sees, and reads side by side cost one checkout.
        """
        if self._open is not None:
            yield self._open
            return
        with self.database.readers.connect() as connection:
            self._open = connection
            try:
                yield connection
            finally:
                self._open = None

    def once(
        self, statement: Executable, parameters: dict[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """Run one statement that charges or burns, on its own; return the rows it gives back."""
        with self.read() as connection:
            result = connection.execute(statement, parameters or {})
            return result.all() if result.returns_rows else []

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one write block: commits on return, rolls back on exception."""
        self._claim_the_write()
        try:
            with self.database.writers.connect() as connection, connection.begin():
                self._open = connection
                yield connection
        finally:
            self._close_the_write()

    @contextmanager
    def writing_durably(self) -> Iterator[Connection]:
        """Give the one write block, for what must survive a power cut (a revocation)."""
        self._claim_the_write()
        database = self.database
        try:
            with (
                database.writers.connect() as connection,
                database.durable(connection),
                connection.begin(),
            ):
                self._open = connection
                yield connection
        finally:
            self._close_the_write()

    def again(self) -> "Work":
        """Return a new Work of the same instant, for a second act that must stand by itself."""
        return Work(self.equipment, self.now)

    def cached(self, name: str, load: Callable[[], T]) -> T:
        """Return `load()`, kept while the version row `name` stays; a change shows within 1 s."""
        value: T = self.equipment.cache.recall(
            name, now=self.now, version=lambda: self.database.cache_version(name), load=load
        )
        return value

    def change_cached(self, connection: Connection, name: str) -> None:
        """Move the version row `name`, in the block that changes the value."""
        self.database.move_cache_version(connection, name)
        self._changed_cached = True

    def _claim_the_write(self) -> None:
        if self._wrote:
            raise WriteTwiceError("an action opens at most one write block")
        self._wrote = True

    def _close_the_write(self) -> None:
        self._open = None
        # After the commit: before it, another thread would keep the old value again. After a
        # rollback too: what was loaded inside the block may never have been committed.
        if self._changed_cached:
            self.equipment.cache.forget()
