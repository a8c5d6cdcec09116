"""A relay that gives a byte at a time, or nothing at all, is given up: no worker hangs."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest

from mag_server.base.smtp import DEADLINE_SECONDS as REAL_DEADLINE_SECONDS
from mag_server.base.smtp import Delivered, NotDelivered, Relay, RelayAddress
from mag_server.rooms.mail.model import LEASE
from tests.rooms.mail.relay import running_relay

# What a relay says in full, before it begins to give a byte at a time.
SAID_IN_FULL = {
    "its greeting": [],
    "its answer to EHLO": [b"220 relay\r\n"],
    "its answer to MAIL": [b"220 relay\r\n", b"250 relay\r\n"],
    "its answer to the mail": [
        *(b"220 relay\r\n", b"250 relay\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")
    ],
    "its side of TLS at once": [],
    "its side of TLS when asked": [
        b"220 relay\r\n",
        b"250-relay\r\n250 STARTTLS\r\n",
        b"220 go on\r\n",
    ],
}
# A TLS record of 16 KiB is announced, and will come for minutes.
TLS_BEGUN = b"\x16\x03\x01\x40\x00"
DRIPS_SECONDS, DEADLINE_SECONDS = 20, 1


@contextmanager
def dripping(said: list[bytes], *, tls: bool) -> Iterator[int]:
    """Serve one connection: say these, one an answer, then a byte every 50 ms."""
    done = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            for number, text in enumerate(said):
                if number:
                    connection.recv(65536)
                connection.sendall(text)
            connection.sendall(TLS_BEGUN if tls else b"")
            until = time.monotonic() + DRIPS_SECONDS
            while not done.is_set() and time.monotonic() < until:
                connection.sendall(b"5")  # cut off, it reads as a refusal for ever
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            thread.join()


@contextmanager
def silent() -> Iterator[int]:
    """Give a port where a connection is never taken: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        queued = [socket.socket() for _ in range(3)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for one in queued:
                one.close()


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let mail.localhost have these ports of this machine as its addresses."""
    known = socket.getaddrinfo

    def set_up(*ports: int, after_seconds: float = 0) -> None:
        def getaddrinfo(host: str, *words: Any, **others: Any) -> Any:
            if host != "mail.localhost":
                return known(host, *words, **others)
            time.sleep(after_seconds)
            place = socket.AF_INET, socket.SOCK_STREAM, 6, ""
            return [(*place, ("127.0.0.1", port)) for port in ports]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return set_up


def hand_over(address: RelayAddress, *, seconds: float) -> tuple[Delivered | NotDelivered, float]:
    """Hand a mail over; return what became of it, and after how many seconds."""
    with closing(Relay(address, helo="mag.example", seconds=seconds)) as relay:
        began = time.monotonic()
        result = relay.hand_over(
            b"Subject: x\r\n\r\n", sender="a@a.example", recipient="b@b.example"
        )
        return result, time.monotonic() - began


def assert_given_up(address: RelayAddress) -> None:
    result, spent = hand_over(address, seconds=DEADLINE_SECONDS)
    assert result == NotDelivered(for_ever=False, answer="not done within 1 seconds")
    assert DEADLINE_SECONDS <= spent < 2 * DEADLINE_SECONDS


@pytest.mark.parametrize("slow", SAID_IN_FULL)
def test_whatever_comes_a_byte_at_a_time_the_deadline_holds(
    monkeypatch: pytest.MonkeyPatch, slow: str
):
    in_tls = "TLS" in slow
    if in_tls:
        monkeypatch.setattr("mag_server.base.smtp.is_local", lambda _host: False)
    with dripping(SAID_IN_FULL[slow], tls=in_tls) as port:
        at_once = slow == "its side of TLS at once"
        assert_given_up(RelayAddress("127.0.0.1", port, implicit_tls=at_once))


ANYWHERE = RelayAddress("mail.localhost", 25, implicit_tls=False)


def test_several_addresses_have_one_deadline_together(resolves: Any):
    with silent() as port:
        resolves(port, port, port)
        assert_given_up(ANYWHERE)


def test_an_address_that_answers_is_reached_behind_one_that_is_silent(resolves: Any):
    with silent() as port, running_relay() as relay:
        resolves(port, relay.port)
        result, spent = hand_over(ANYWHERE, seconds=4)
    assert isinstance(result, Delivered)
    assert spent < 4


def test_a_slow_address_behind_a_silent_one_is_given_up_too(resolves: Any):
    with silent() as port, dripping([], tls=False) as slow:
        resolves(port, slow)
        assert_given_up(ANYWHERE)


def test_a_resolver_that_is_silent_is_given_up_too(resolves: Any):
    resolves(9, after_seconds=3 * DEADLINE_SECONDS)
    assert_given_up(ANYWHERE)


def test_a_connection_that_comes_too_late_is_not_used(monkeypatch: pytest.MonkeyPatch):
    known = socket.create_connection

    def late(*words: Any) -> socket.socket:
        time.sleep(DEADLINE_SECONDS + 0.2)
        return known(*words)

    # The watch rings meanwhile, when there is nothing to cut yet.
    monkeypatch.setattr(socket, "create_connection", late)
    with dripping([], tls=False) as port:
        assert_given_up(RelayAddress("127.0.0.1", port, implicit_tls=False))


def test_a_host_without_an_address_is_no_relay():
    for host in ("nobody.invalid", "two..dots"):
        result, _ = hand_over(RelayAddress(host, 25, implicit_tls=False), seconds=5)
        assert isinstance(result, NotDelivered)
        assert not result.for_ever


def test_a_connection_that_took_long_serves_the_next_mails_as_well(resolves: Any):
    with silent() as port, running_relay() as smtp:
        resolves(port, smtp.port)
        with closing(Relay(ANYWHERE, helo="mag.example", seconds=2)) as relay:
            for pause in (0.0, 1.3):
                # Longer than what was left of the first mail's time: each has the whole of it.
                smtp.pause_seconds = pause
                result = relay.hand_over(b"\r\n", sender="a@a.example", recipient="b@b.example")
                assert isinstance(result, Delivered)


def test_a_letter_is_held_for_longer_than_its_delivery_may_last():
    # What comes on top is writing down what became of it: not half as long.
    assert LEASE.total_seconds() >= 2 * REAL_DEADLINE_SECONDS
