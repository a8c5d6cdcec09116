"""Documents of MAG's, kept fresh, and kept in use for a day while MAG is away."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from mag_sdk.errors import MagUnreachable, UnknownKey
from mag_sdk.keys import KeySet, VerificationKey

T = TypeVar("T")
Now = Callable[[], datetime]

DEFAULT_MAX_AGE_SECONDS = 600
LONGEST_MAX_AGE_SECONDS = 86_400
STALE_SECONDS = 86_400
RETRY_SECONDS = 2
UNKNOWN_KID_SECONDS = 60


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """A document, and for how long its server says it stays good."""

    value: T
    max_age_seconds: int | None


@dataclass(frozen=True)
class _Copy(Generic[T]):
    value: T
    fetched_at: datetime
    fresh_seconds: int

    def is_younger(self, seconds: float, now: datetime) -> bool:
        # A clock set back must not make a copy young for ever.
        return timedelta(0) <= now - self.fetched_at < timedelta(seconds=seconds)


@dataclass(frozen=True)
class _Failure:
    error: MagUnreachable
    failed_at: datetime


class Kept(Generic[T]):
    """One document, fetched by one thread at a time."""

    def __init__(self, fetch: Callable[[], Fetched[T]], *, now: Now) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = threading.Lock()
        self._copy: _Copy[T] | None = None
        self._failure: _Failure | None = None

    def current(self) -> T:
        """Give the document, from memory while it is fresh or MAG is away.

        Raises:
            MagUnreachable: MAG is away, and has been for a day or since we began.
        """
        copy, now = self._copy, self._now()
        if copy is not None and copy.is_younger(copy.fresh_seconds, now):
            return copy.value
        stale = copy is not None and copy.is_younger(STALE_SECONDS, now)
        # With an old copy in hand nobody waits: one thread asks, the others go on.
        if not self._lock.acquire(blocking=not stale):
            assert copy is not None  # noqa: S101 -- `stale` says so, for the type checker
            return copy.value
        try:
            return self._renewed()
        finally:
            self._lock.release()

    def younger_than(self, seconds: float) -> T:
        """Give a copy fetched within these seconds, asking again if need be.

        Raises:
            MagUnreachable: MAG is away, whatever older copy there is.
        """
        with self._lock:
            copy = self._copy
            if copy is not None and copy.is_younger(seconds, self._now()):
                return copy.value
            return self._asked()

    def _renewed(self) -> T:
        copy, now = self._copy, self._now()
        if copy is not None and copy.is_younger(copy.fresh_seconds, now):
            return copy.value  # another thread asked while this one waited
        try:
            return self._asked()
        except MagUnreachable:
            if copy is not None and copy.is_younger(STALE_SECONDS, now):
                return copy.value
            raise

    def _asked(self) -> T:
        now, failure = self._now(), self._failure
        if failure is not None:
            age = now - failure.failed_at
            # Threads that queued up behind one timeout must not each wait for their own.
            if timedelta(0) <= age < timedelta(seconds=RETRY_SECONDS):
                raise type(failure.error)(failure.error.url, failure.error.reason)
        try:
            fetched = self._fetch()
        except MagUnreachable as error:
            self._failure = _Failure(error, self._now())
            raise
        seconds = fetched.max_age_seconds
        fresh = DEFAULT_MAX_AGE_SECONDS if seconds is None else seconds
        self._failure = None
        self._copy = _Copy(fetched.value, now, min(fresh, LONGEST_MAX_AGE_SECONDS))
        return fetched.value


class KeptKeys:
    """MAG's keys; a `kid` never seen before is asked for, but once a minute at most."""

    def __init__(self, fetch: Callable[[], Fetched[KeySet]], *, now: Now) -> None:
        self._kept = Kept(fetch, now=now)
        self._now = now
        self._lock = threading.Lock()
        self._asked_at: datetime | None = None

    def find_key(self, *, kid: str, algorithm: str) -> VerificationKey:
        """Find a key, asking MAG again if it is new.

        Raises:
            UnknownKey: MAG publishes none of this name.
            MagUnreachable: MAG is away and no copy is left.
        """
        try:
            return self._kept.current().find_key(kid=kid, algorithm=algorithm)
        except UnknownKey:
            if not self._may_ask():
                raise
        return self._kept.younger_than(0).find_key(kid=kid, algorithm=algorithm)

    def _may_ask(self) -> bool:
        # Counted for all kids together: a flood of forged tokens, each with a new kid, would
        # otherwise become a flood of requests to MAG.
        with self._lock:
            now, last = self._now(), self._asked_at
            if last is not None and timedelta(0) <= now - last < timedelta(
                seconds=UNKNOWN_KID_SECONDS
            ):
                return False
            self._asked_at = now
            return True
