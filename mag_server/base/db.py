"""The database: a SQLite file by default, PostgreSQL by URL, one behaviour.

Readers are in autocommit. A writer on SQLite begins with BEGIN IMMEDIATE: a deferred
transaction that reads and then writes fails at once with "database is locked".
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    Executable,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.types import TypeDecorator

MIGRATIONS = Path(__file__).parent.parent / "migrations"
# Any number, as long as every MAG takes the same.
MIGRATION_LOCK = 0x4D4147
BUSY_TIMEOUT_MILLISECONDS = 10_000
# A checkpoint waits for the disk and holds the one writer: every 16 MB rather than every 4.
CHECKPOINT_PAGES = 4_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

InsertInto = Callable[[Table], postgresql.Insert | sqlite.Insert]

__all__ = ["Connection", "Database", "Executable", "InsertInto", "Instant", "Row", "metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

cache_versions = Table(
    "cache_versions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False),
)
# What kind of database this is: the demonstration's carries a mark, and no other is touched by it.
database_marks = Table("database_marks", metadata, Column("name", Text, primary_key=True))


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, stored as microseconds since 1970 so that both stores compare alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse a naive instant: it would mean another moment on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the aware UTC instant."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Database:
    """Two engines on one database: `readers` in autocommit, `writers` in transactions."""

    def __init__(self, url: str, *, sqlite_synchronous: str = "normal") -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # An INSERT that knows ON CONFLICT, in this database's dialect.
        self.insert: InsertInto = sqlite.insert if self.is_sqlite else postgresql.insert
        self._synchronous = sqlite_synchronous.upper()
        self.writers = create_engine(self.url, **self._pool() | self._one_writer())
        # In autocommit nothing is left to roll back when a connection comes home.
        self.readers = create_engine(
            self.url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **self._pool()
        )
        if self.is_sqlite:
            for engine in (self.writers, self.readers):
                event.listen(engine, "connect", self._prepare_sqlite)
            # The dialect's own hook: an event would be looked for at every statement as well.
            self.writers.dialect.do_begin = _begin_immediate  # type: ignore[method-assign]  # a hook

    def cache_version(self, name: str) -> int:
        """Return how often the cached value `name` was changed."""
        statement = select(cache_versions.c.number).where(cache_versions.c.name == name)
        with self.readers.connect() as connection:
            return connection.execute(statement).scalar() or 0

    def move_cache_version(self, connection: Connection, name: str) -> None:
        """Count one change of the cached value `name`, in the block that changes it."""
        insert = self.insert(cache_versions).values(name=name, number=1)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["name"], set_={"number": cache_versions.c.number + 1}
            )
        )

    def has_mark(self, name: str) -> bool:
        """Tell whether the database carries a mark."""
        statement = select(database_marks).where(database_marks.c.name == name)
        with self.readers.connect() as connection:
            return connection.execute(statement).first() is not None

    def set_mark(self, name: str) -> None:
        """Mark the database, for ever."""
        with self.writers.begin() as connection:
            connection.execute(self.insert(database_marks).values(name=name))

    @contextmanager
    def durable(self, connection: Connection) -> Iterator[None]:
        """Make the transaction about to begin survive a power cut (SQLite: synchronous=FULL)."""
        if not self.is_sqlite or self._synchronous == "FULL":
            yield
            return
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA synchronous={self._synchronous}")
            cursor.close()

    def is_away(self, error: BaseException) -> bool:
        """Tell whether an error means that the database does not answer."""
        if not isinstance(error, OperationalError | InterfaceError | PoolTimeoutError):
            return False
        # SQLite's own word for a statement that is wrong, such as a table that is not there.
        origin = error.orig if isinstance(error, DatabaseError) else None
        return getattr(origin, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR

    def why_away(self, error: BaseException) -> str | None:
        """Return the database's own words for not answering, one line; None for another error."""
        if not self.is_away(error):
            return None
        origin = error.orig if isinstance(error, DatabaseError) else error
        return next(iter(str(origin).splitlines()), type(error).__name__)

    def is_no_database(self, error: BaseException) -> bool:
        """Tell whether an error means that the SQLite file holds something else."""
        origin = error.orig if isinstance(error, DatabaseError) else None
        return getattr(origin, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB

    def dispose(self) -> None:
        """Close every connection."""
        self.readers.dispose()
        self.writers.dispose()

    def _pool(self) -> dict[str, Any]:
        return {
            "pool_size": 16,
            "max_overflow": 16,
            "pool_timeout": 10,
            "pool_pre_ping": False,
            # An error tells its statement, and the log must not learn names and SIRET from it.
            "hide_parameters": True,
        }

    def _one_writer(self) -> dict[str, Any]:
        # SQLite has one writer: here threads wait in line for it, where SQLite would have each
        # of them sleep and try again; and one connection keeps its pages in memory.
        return {"pool_size": 1, "max_overflow": 0} if self.is_sqlite else {}

    def _prepare_sqlite(self, connection: Any, record: object) -> None:  # noqa: ARG002 - SQLAlchemy's signature
        connection.isolation_level = None  # transactions begin where _begin_immediate says so
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={self._synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        cursor.close()


def check_url(text: str) -> str:
    """Return the URL of a database that can be served.

    Raises:
        ValueError: It is none; the message says what to write.
    """
    try:
        parts = make_url(text)
    except ArgumentError as error:
        raise ValueError("write sqlite:///path/to/mag.db or postgresql://...") from error
    backend = parts.get_backend_name()
    # Without a file SQLite keeps all in memory, and each connection its own.
    in_memory = backend == "sqlite" and parts.database in {None, "", ":memory:"}
    if backend not in {"sqlite", "postgresql"} or in_memory:
        raise ValueError("write sqlite:///path/to/mag.db or postgresql://...")
    return text


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for another database."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


def peek_marks(file: Path) -> frozenset[str] | None:
    """Return the marks of a SQLite file, which is left to the byte as it is; None without tables.

    Raises:
        OSError: The file cannot be read.
        sqlite3.DatabaseError: It is no database.
    """
    if not file.exists():
        return None
    with file.open("rb"):  # its error says why; SQLite's would not
        pass
    # Where no write-ahead log stands beside it the file is whole, and opened so that none is made.
    log = file.with_name(f"{file.name}-wal")
    how = "mode=ro" if log.exists() else "immutable=1"
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?{how}", uri=True)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {name for (name,) in names}
        if not tables:
            return None
        if database_marks.name not in tables:
            return frozenset()
        marks = connection.execute("SELECT name FROM database_marks")
        return frozenset(name for (name,) in marks)


def _begin_immediate(dbapi_connection: Any) -> None:
    dbapi_connection.execute("BEGIN IMMEDIATE")


def migrate(database: Database) -> None:
    """Bring the tables up to this version of MAG; an up-to-date database is left alone."""
    if database.is_sqlite and database.url.database:
        Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
    with database.writers.begin() as connection:
        if not database.is_sqlite:  # several servers may start at once: one of them migrates
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        command.upgrade(_alembic(connection), "head")


def is_migrated(database: Database) -> bool:
    """Tell whether the tables are those of this version."""
    with database.readers.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    return set(current) == set(ScriptDirectory.from_config(_alembic(None)).get_heads())


def _alembic(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def why_not_ready(database: Database) -> str | None:
    """Return why a database cannot serve, in a sentence; None if it can."""
    try:
        migrated = is_migrated(database)
    except Exception as error:
        if database.is_away(error):
            return "the database does not answer"
        raise
    return None if migrated else "the tables are not those of this version: start `mag serve`"
