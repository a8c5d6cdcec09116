"""A relay that gives a byte at a time is given up: no worker hangs, whatever it answers so."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from mag_server.base.smtp import NotDelivered, Relay, RelayAddress

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
                connection.sendall(b"2")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            thread.join()


@pytest.mark.parametrize("slow", SAID_IN_FULL)
def test_whatever_comes_a_byte_at_a_time_the_deadline_holds(
    monkeypatch: pytest.MonkeyPatch, slow: str
):
    in_tls = "TLS" in slow
    if in_tls:
        monkeypatch.setattr("mag_server.base.smtp.is_local", lambda _host: False)
    with dripping(SAID_IN_FULL[slow], tls=in_tls) as port:
        address = RelayAddress("127.0.0.1", port, implicit_tls=slow == "its side of TLS at once")
        relay = Relay(address, helo="mag.example", seconds=DEADLINE_SECONDS)
        began = time.monotonic()
        result = relay.hand_over(
            b"Subject: x\r\n\r\n", sender="a@a.example", recipient="b@b.example"
        )
        spent = time.monotonic() - began
        relay.close()
    assert isinstance(result, NotDelivered)
    assert not result.for_ever
    # Half of what it would drip: the deadline ended it, and nothing else did.
    assert spent < DRIPS_SECONDS / 2
