"""What `mag demo` refuses before it writes or starts anything."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mag_server.demo.sample import NotADemonstrationError, check_file
from tests.cli.terminal import Terminal
from tests.demo.running import free_ports

NAMES = ("--mag-port", "--klesia-port", "--mcf-port", "--mailbox-port", "--smtp-port")


def options(folder: Path) -> list[str]:
    ports = zip(NAMES, free_ports(5), strict=True)
    return [*(str(word) for pair in ports for word in pair), "--folder", str(folder)]


@contextmanager
def left_alone(folder: Path) -> Iterator[None]:
    """Make sure that no file of a folder is made, removed or changed by a byte."""

    def seen() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in folder.iterdir()}

    before = seen()
    yield
    assert seen() == before


def refused(folder: Path) -> str:
    return Terminal().sentence("demo", *options(folder))


def test_another_programs_database_is_left_to_the_byte_as_it_is(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "mag.db")) as connection, connection:
        connection.execute("CREATE TABLE invoices (number INTEGER)")
    with left_alone(tmp_path):
        assert "not a demonstration's" in refused(tmp_path)


@pytest.mark.usefixtures("terminal")
def test_an_older_mags_database_keeps_its_revision_and_gets_no_keys(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "mag.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
    for name in ("mag.keys", "mag.db-wal", "mag.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    with left_alone(tmp_path):
        assert "--folder" in refused(tmp_path)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path):
    (tmp_path / "mag.db").write_bytes(b"a letter, not a database" * 100)
    with left_alone(tmp_path):
        assert "not a demonstration's" in refused(tmp_path)


def test_what_stands_in_the_write_ahead_log_alone_is_seen(tmp_path: Path):
    file = tmp_path / "mag.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE invoices (number INTEGER)")
        connection.commit()
        with pytest.raises(NotADemonstrationError):
            check_file(file)


def test_a_file_without_a_table_and_none_at_all_may_become_a_demonstration(tmp_path: Path):
    check_file(tmp_path / "mag.db")
    (tmp_path / "mag.db").touch()
    check_file(tmp_path / "mag.db")


@pytest.mark.parametrize("port", ["0", "80", "-1", "65536", "70000", "99999999999999999999", ""])
@pytest.mark.parametrize("name", NAMES)
def test_a_port_that_is_none_is_wrong_usage(tmp_path: Path, name: str, port: str):
    answer = Terminal().type("demo", *options(tmp_path), f"{name}={port}")
    assert answer.exit_code == 2
    assert f"Invalid value for '{name}'" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_same_port_twice_is_wrong_usage_and_named(tmp_path: Path):
    given = options(tmp_path)
    port = given[given.index("--mag-port") + 1]
    answer = Terminal().type("demo", *given, "--smtp-port", port)
    assert answer.exit_code == 2
    assert f"Port {port} is given twice" in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["/proc/nope", "/dev/null/demo", "/proc/" + "x" * 300])
def test_a_folder_that_cannot_be_made_is_a_sentence(folder: str):
    sentence = refused(Path(folder))
    assert sentence.startswith(("The demonstration cannot be kept there (", "Invalid"))
    assert "--folder" in sentence
