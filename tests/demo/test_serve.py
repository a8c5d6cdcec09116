"""`mag serve`: what stops it, and what it leaves behind."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mag_server.base.processes import is_port_free
from tests.demo.running import Running, clean_environment, eventually, free_ports, get_page


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[Running]:
    """Give `mag serve` on a database of its own, not started yet."""
    server = Running(
        [sys.executable, "-m", "mag_server", "serve"],
        tmp_path / "serve.log",
        clean_environment(
            MAG_ISSUER=f"http://mag.localhost:{port}",
            MAG_BIND=f"127.0.0.1:{port}",
            MAG_DATABASE_URL=f"sqlite:///{tmp_path / 'mag.db'}",
            MAG_WORKERS="2",
        ),
    )
    yield server
    server.stop()


def is_ready(port: int) -> bool:
    try:
        return get_page("mag.localhost", port, "/health/ready")[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize(
    ("how", "status"),
    [("ctrl-c", 0), ("terminated", 0), ("killed", -signal.SIGKILL)],
)
def test_however_it_is_stopped_no_process_is_left(
    server: Running, port: int, how: str, status: int
):
    server.start()
    assert eventually(lambda: is_ready(port))
    assert len(server.process_of("mag_server.app:serve")) == 3, "one master and two workers"
    if how == "ctrl-c":
        server.signal_group(signal.SIGINT)
    else:
        server.signal_first(signal.SIGTERM if how == "terminated" else signal.SIGKILL)
    assert server.exit_status() == status
    assert server.leaves_nothing()
    assert not is_ready(port)
    assert "Traceback" not in server.said


def test_it_is_served_again_at_once_on_the_same_port(server: Running, port: int):
    for _ in range(2):
        server.start()
        assert eventually(lambda: is_ready(port))
        server.stop()


def test_a_killed_worker_is_replaced(server: Running, port: int):
    server.start()
    assert eventually(lambda: is_ready(port))
    before = set(server.process_of("mag_server.app:serve"))
    os.kill(max(before), signal.SIGKILL)

    def replaced() -> bool:
        now = set(server.process_of("mag_server.app:serve"))
        return len(now) == len(before) and max(before) not in now and is_ready(port)

    assert eventually(replaced)


def test_a_killed_background_process_is_started_again(server: Running, port: int):
    server.start()
    assert eventually(lambda: is_ready(port))
    (first,) = server.process_of("-m mag_server worker")
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: server.process_of("-m mag_server worker") not in ([], [first]))
    assert is_ready(port)


def test_a_web_server_that_is_killed_ends_everything_and_frees_the_port(server: Running, port: int):
    server.start()
    assert eventually(lambda: is_ready(port))
    os.kill(min(server.process_of("mag_server.app:serve")), signal.SIGKILL)
    assert server.exit_status() == 1
    assert "mag: the web server ended unexpectedly" in server.said.splitlines()[-1]
    assert server.leaves_nothing()
    assert is_port_free("127.0.0.1", port)


def test_a_taken_port_is_one_sentence(server: Running, port: int):
    with socket.create_server(("127.0.0.1", port)):
        server.start()
        assert server.exit_status() == 1
    assert server.said == (
        f"mag: 127.0.0.1:{port} is taken: stop what listens there, or set MAG_BIND.\n"
    )


def test_the_keys_are_made_beside_the_database_and_read_by_nobody_else(
    server: Running, port: int, tmp_path: Path
):
    server.start()
    assert eventually(lambda: is_ready(port))
    keys = tmp_path / "mag.keys"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert keys.read_text().strip() not in server.said
