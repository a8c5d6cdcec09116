"""The database: one behaviour on both stores, tables that are those of the migrations."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, Text, insert, select, text
from sqlalchemy.exc import OperationalError

from mag_server.base.db import (
    Database,
    Instant,
    check_url,
    is_migrated,
    migrate,
    sqlite_file,
    why_not_ready,
)
from mag_server.migrations.tables import metadata
from tests.stores import PostgresServer
from tests.world import World


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a PostgreSQL database from which every table was taken."""
    with postgres.fresh(tmp_path) as url:
        database = Database(url)
        with database.writers.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        database.dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database without any table, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'not yet there' / 'mag.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    database = Database(empty_url)
    yield database
    database.dispose()


def synchronous(connection) -> int:
    return connection.exec_driver_sql("PRAGMA synchronous").scalar()


NORMAL, FULL = 1, 2


def test_the_migrations_make_exactly_the_tables_that_the_stores_declare(empty: Database):
    migrate(empty)
    with empty.readers.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_table_that_no_migration_makes_is_seen(empty: Database):
    migrate(empty)
    declared = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(declared)
    Table("forgotten", declared, Column("name", Text))
    with empty.readers.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), declared)
    assert [kind for kind, *_ in differences] == ["add_table"]


def test_migrating_twice_changes_nothing_and_loses_nothing(empty: Database):
    migrate(empty)
    with empty.writers.begin() as connection:
        empty.move_cache_version(connection, "partners")
    migrate(empty)
    assert is_migrated(empty)
    assert empty.cache_version("partners") == 1


def test_servers_that_start_together_migrate_once(empty: Database, empty_url: str):
    if path := sqlite_file(empty_url):
        path.parent.mkdir()

    def start(_: int) -> None:
        database = Database(empty_url)
        migrate(database)
        database.dispose()

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(start, range(4)))
    assert is_migrated(empty)


def test_a_database_says_why_it_cannot_serve(empty: Database, empty_url: str):
    if path := sqlite_file(empty_url):
        path.parent.mkdir()
    assert not is_migrated(empty)
    assert "mag serve" in (why_not_ready(empty) or "")
    migrate(empty)
    assert why_not_ready(empty) is None


def test_a_database_that_does_not_answer_is_said_to_be_away():
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    assert why_not_ready(away) == "the database does not answer"
    away.dispose()


def test_a_table_that_is_not_there_is_no_database_that_is_away(sqlite_url: str):
    database = Database(sqlite_url)
    with database.readers.connect() as connection, pytest.raises(OperationalError) as failed:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert not database.is_away(failed.value)
    database.dispose()


def test_a_sqlite_file_that_cannot_be_opened_is_a_database_that_is_away(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/no/folder/mag.db")
    with pytest.raises(OperationalError) as failed:
        database.readers.connect()
    assert database.is_away(failed.value)
    database.dispose()


def test_a_mark_is_set_for_ever_and_seen(database: Database):
    assert not database.has_mark("demonstration")
    database.set_mark("demonstration")
    assert database.has_mark("demonstration")
    assert not database.has_mark("another")


def test_a_cached_value_counts_its_changes_in_its_block(database: Database):
    assert database.cache_version("keys") == 0
    with database.writers.begin() as connection:
        database.move_cache_version(connection, "keys")
        database.move_cache_version(connection, "keys")
    assert (database.cache_version("keys"), database.cache_version("partners")) == (2, 0)


def test_a_durable_block_is_full_inside_and_normal_again_afterwards(sqlite_url: str):
    database = Database(sqlite_url)
    with database.writers.connect() as connection:
        assert synchronous(connection) == NORMAL
        connection.rollback()
        with database.durable(connection), connection.begin():
            assert synchronous(connection) == FULL
        assert synchronous(connection) == NORMAL
    database.dispose()


def test_a_durable_block_that_fails_is_normal_again_too(sqlite_world: World, now: datetime):
    equipment = sqlite_world.equipment
    seen: list[int] = []

    def fail() -> None:
        with equipment.work(now).writing_durably() as connection:
            seen.append(synchronous(connection))
            raise RuntimeError("a fault")

    with pytest.raises(RuntimeError):
        fail()
    # The pool gives the very connection back that the block used.
    with equipment.work(now).writing() as connection:
        seen.append(synchronous(connection))
    assert seen == [FULL, NORMAL]


def test_a_server_set_to_full_is_full_in_every_block(sqlite_url: str):
    database = Database(sqlite_url, sqlite_synchronous="full")
    with database.writers.connect() as connection, database.durable(connection):
        assert synchronous(connection) == FULL
    with database.writers.connect() as connection:
        assert synchronous(connection) == FULL
    database.dispose()


def test_a_sqlite_file_waits_for_writers_keeps_a_journal_and_its_foreign_keys(sqlite_url: str):
    database = Database(sqlite_url)
    for engine in (database.readers, database.writers):
        with engine.connect() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("busy_timeout", "journal_mode", "foreign_keys")
            }
        assert pragmas == {"busy_timeout": 10_000, "journal_mode": "wal", "foreign_keys": 1}
    database.dispose()


def test_threads_that_write_wait_in_line_for_one_connection(sqlite_url: str):
    database = Database(sqlite_url)

    def write(number: int) -> tuple[int, int]:
        with database.writers.connect() as connection, connection.begin():
            insert_mark = text("INSERT INTO cache_versions VALUES (:name, 1)")
            connection.execute(insert_mark, {"name": f"thread {number}"})
            return database.writers.pool.checkedout(), id(connection.connection.dbapi_connection)

    with ThreadPoolExecutor(max_workers=8) as pool:
        seen = set(pool.map(write, range(40)))
    assert len(seen) == 1
    assert seen.pop()[0] == 1
    with database.readers.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cache_versions")).scalar() == 40
    database.dispose()


def test_a_writer_holds_the_file_from_its_first_statement_on(sqlite_url: str):
    database = Database(sqlite_url)
    with database.writers.begin() as connection:
        connection.execute(text("SELECT 1"))
        impatient = Database(sqlite_url)
        with impatient.readers.connect() as other:
            other.exec_driver_sql("PRAGMA busy_timeout=0")
            with pytest.raises(Exception, match="locked") as refused:
                other.exec_driver_sql("BEGIN IMMEDIATE")
        assert impatient.is_away(refused.value)
        impatient.dispose()
    database.dispose()


moments = Table("moments", MetaData(), Column("at", Instant))
aware = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23))),
)


@given(instant=aware)
def test_an_instant_comes_back_as_it_was_to_the_microsecond_in_utc(instant: datetime):
    stored = Instant().process_bind_param(instant, None)
    back = Instant().process_result_value(stored, None)
    assert back == instant
    assert back is not None
    assert back.tzinfo is UTC


@given(one=aware, other=aware)
def test_stored_instants_are_ordered_as_instants_are(one: datetime, other: datetime):
    stored = [Instant().process_bind_param(instant, None) for instant in (one, other)]
    assert (stored[0] < stored[1]) == (one < other)


def test_an_instant_is_kept_alike_by_both_stores_and_nothing_is_nothing(
    database: Database, now: datetime
):
    instant = now + timedelta(microseconds=123_456)
    with database.writers.begin() as connection:
        moments.create(connection)
        connection.execute(insert(moments), [{"at": instant}, {"at": None}])
        assert connection.execute(select(moments.c.at)).scalars().all() == [instant, None]
        connection.rollback()


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), None)  # noqa: DTZ001 - what is refused


GOOD = ["sqlite:///var/mag.db", "sqlite:////srv/mag.db", "postgresql://mag@db/mag"]
BAD = ["", "mag.db", "mysql://db/mag", "sqlite://", "sqlite:///:memory:", "postgres://db/mag"]


@pytest.mark.parametrize("url", GOOD)
def test_a_database_url_that_can_be_served_is_taken(url: str):
    assert check_url(url) == url


@pytest.mark.parametrize("url", BAD)
def test_a_database_url_that_cannot_be_served_is_refused_with_what_to_write(url: str):
    with pytest.raises(ValueError, match=r"write sqlite:///path/to/mag\.db or postgresql://"):
        check_url(url)


def test_only_a_sqlite_url_has_a_file():
    assert sqlite_file("sqlite:///var/mag.db") == Path("var/mag.db")
    assert sqlite_file("postgresql://db/mag") is None
