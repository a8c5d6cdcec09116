"""What does not come up is named, and nobody is left before a silent terminal."""

import socket
from importlib import import_module

import pytest

from tests.demo.running import free_ports

demo = import_module("mag_server.cli.demo")  # the name alone is the command's


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment, not half a minute."""
    monkeypatch.setattr(demo, "START_SECONDS", 0.3)


def test_a_port_that_stays_silent_is_named():
    (silent,) = free_ports(1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ports = (listening.getsockname()[1], silent)
        assert demo.silent_ports(ports, until=lambda: False) == [silent]


def test_once_all_answer_none_is():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ports = (listening.getsockname()[1],)
        assert demo.silent_ports(ports, until=lambda: False) == []


def test_who_wants_to_stop_waits_for_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demo, "START_SECONDS", 3600)
    assert demo.silent_ports(tuple(free_ports(1)), until=lambda: True)
