"""What every test may ask for: a real database of either kind, a frozen instant, a Work."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment, Work
from tests.stores import PostgresServer, SqliteFiles, postgres_server
from tests.world import World

SECRET_KEY = "a key for the tests only, of more than 32 characters"


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """Give the SQLite template, migrated once a session."""
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Give the PostgreSQL server, started once a session and only if a test asks for it."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def sqlite_url(sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[str]:
    """Give an empty, migrated SQLite file of this test's own."""
    with sqlite_files.fresh(tmp_path) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give an empty, migrated database of this test's own, once of each kind."""
    store = request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgres")
    with store.fresh(tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give the open database, once of each kind."""
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def now() -> datetime:
    """Give the frozen instant of a test; a later one is `now + timedelta(...)`."""
    return datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Give the settings of a server on *.localhost."""
    return Settings(
        issuer="http://mag.localhost:8400", database_url=database_url, secret_keys=(SECRET_KEY,)
    )


@pytest.fixture
def equipment(settings: Settings, database: Database) -> Equipment:
    """Give what one server process has, on either kind of database."""
    return Equipment(settings, database, SecretKeys(settings.secret_keys), Hasher())


@pytest.fixture
def work(equipment: Equipment, now: datetime) -> Work:
    """Give the Work of the frozen instant, on either kind of database."""
    return equipment.work(now)


@pytest.fixture
def world(equipment: Equipment, now: datetime) -> World:
    """Give a small world on either kind of database: a MAG, no partner, nobody."""
    return World(equipment, now)


@pytest.fixture
def sqlite_world(sqlite_url: str, now: datetime) -> Iterator[World]:
    """Give a small world on SQLite alone, for what no store can change."""
    settings = Settings(
        issuer="http://mag.localhost:8400", database_url=sqlite_url, secret_keys=(SECRET_KEY,)
    )
    database = Database(sqlite_url)
    yield World(Equipment(settings, database, SecretKeys(settings.secret_keys), Hasher()), now)
    database.dispose()
