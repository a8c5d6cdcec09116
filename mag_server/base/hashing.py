"""Argon2id with a bounded queue: hashing is the one costly thing a stranger can ask for.

Source: RFC 9106; parameters from the OWASP minimum (19 MiB, 2 passes, 1 lane).
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
# A hash of nobody's password: an unknown person costs exactly what a known one costs.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "grqGrkgW7LdF6jeOvLHb4A$IAbpCBtvbLtYGMaYmRapCKQRlIr2CsvYzbqThdyPtgI"
)


@dataclass(frozen=True)
class HashingBusy:
    """The queue, or this address's share of it, is full: come back later."""

    retry_after_seconds: int


class Hasher:
    """Verifies and makes Argon2id hashes, a few at a time, one share of the queue per address.

    Threads of its own do it, one for each usable core. Memory that was just hashed in is still in
    the processor's cache and need not be asked of the kernel again: a hash in whichever thread
    serves the request costs an eighth more, and leaves 19 MiB behind in each of them.
    """

    def __init__(
        self,
        *,
        at_once: int | None = None,
        queue_length: int = 64,
        share_per_address: int = 16,
    ) -> None:
        self._argon2 = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(at_once or usable_cores(), "argon2")
        self._places_left = queue_length
        self._share_per_address = share_per_address
        self._per_address: Counter[str] = Counter()
        self._guard = threading.Lock()

    @classmethod
    def serving(cls, *, threads: int) -> "Hasher":
        """Return the hasher of a server process: what waits to be hashed holds a thread of it.

        A quarter of the threads is left for everything else, and one address holds half at most,
        but never less than two: behind one router two people sign in at once.
        """
        return cls(queue_length=threads - threads // 4, share_per_address=max(2, threads // 2))

    def hash(self, password: str) -> str:
        """Return the Argon2id hash of a password, in PHC form."""
        return self._threads.submit(self._argon2.hash, _octets(password)).result()

    def verify(self, stored_hash: str | None, password: str, *, address: str) -> bool | HashingBusy:
        """Tell whether `password` gives `stored_hash`; `None` does the same work and says no.

        Never call it inside a write block: it lasts some 20 ms and SQLite has one writer.
        """
        with self._place(address) as granted:
            if not granted:
                return HashingBusy(retry_after_seconds=2)
            right = self._threads.submit(self._matches, stored_hash or NOBODY, password).result()
            return right and stored_hash is not None

    def _matches(self, stored_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(stored_hash, _octets(password))
        except (VerifyMismatchError, InvalidHashError):
            return False  # anything else, such as no memory left, is no wrong password: it raises

    @contextmanager
    def _place(self, address: str) -> Iterator[bool]:
        with self._guard:
            granted = self._places_left > 0 and self._per_address[address] < self._share_per_address
            if granted:
                self._places_left -= 1
                self._per_address[address] += 1
        try:
            yield granted
        finally:
            if granted:
                with self._guard:
                    self._places_left += 1
                    self._per_address[address] -= 1
                    if not self._per_address[address]:
                        del self._per_address[address]


def usable_cores() -> int:
    """Return how many cores this process may run on: a container often has fewer than the machine.

    Two hashes that take turns on one core cost each other their cache.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _octets(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
