"""A TCP connection before a moment, however many addresses a host has and however slow its DNS."""

import socket
import threading
import time
from concurrent.futures import Future


def seconds_left(until: float) -> float:
    """Return how many seconds are left until a moment of `time.monotonic()`.

    Raises:
        TimeoutError: None is.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("not done in time")
    return left


def connect(host: str, port: int, *, until: float) -> socket.socket:
    """Return a connection to the first address of a host that answers, each given its share.

    Args:
        host: A name or an address.
        port: Of TCP.
        until: The moment of `time.monotonic()` when it is too late.

    Raises:
        OSError: The host has no address, or none answered in time.
        UnicodeError: It is no host name.
    """
    addresses = _addresses(host, port, seconds=seconds_left(until))
    for number, address in enumerate(addresses, start=1):
        share = seconds_left(until) / (len(addresses) - number + 1)
        try:
            return socket.create_connection(address, share)
        except OSError:
            if number == len(addresses):
                raise
    raise OSError(f"{host} has no address")


def _addresses(host: str, port: int, *, seconds: float) -> list[tuple[str, int]]:
    # A resolver cannot be given a deadline. So another thread waits for it, and is left behind when
    # that takes too long: it ends when the resolver does, and holds nothing.
    found: Future[list[tuple[str, int]]] = Future()

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([(str(where[0]), int(where[1])) for *_, where in answers])
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
    return found.result(seconds)
