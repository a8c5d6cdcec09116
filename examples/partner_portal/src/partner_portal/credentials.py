"""Checking an identifier and a password: throttled, one answer, one cost for every refusal."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from partner_portal.database import Database

FREE_FAILURES = 5
LONGEST_WAIT_SECONDS = 60
FORGOTTEN_AFTER_SECONDS = 24 * 3600
IDENTIFIANT_MAXIMUM_CHARACTERS = 200
PASSWORD_MINIMUM_CHARACTERS = 12
PASSWORD_MAXIMUM_CHARACTERS = 200


@dataclass(frozen=True)
class WrongCredentials:
    """The identifier is unknown or the password is wrong: nobody is told which."""


@dataclass(frozen=True)
class TooManyAttempts:
    """The same identifier failed too often, whether it exists or not."""

    retry_after_seconds: int


class Door:
    """One form's credentials; failures at one `name` count at no other.

    `seconds_now` gives the wall clock in seconds; a test may give another.
    """

    def __init__(
        self, database: Database, *, name: str, seconds_now: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._name = name
        self.seconds_now = seconds_now

    def refusal(
        self, identifiant: str, *, password: str, password_hash: str | None
    ) -> WrongCredentials | TooManyAttempts | None:
        """Check a password against its hash, None for an unknown identifier.

        Returns: None when it matches.
        """
        mark = f"{self._name}:{key_of(identifiant)}"
        wait_seconds = self._charge_attempt(mark)
        if wait_seconds > 0:
            return TooManyAttempts(wait_seconds)
        # An unknown identifier pays for one hash too, or the time of the answer would betray it.
        matches = check_password_hash(password_hash or _nobody_hash(), _bounded(password))
        if not matches or password_hash is None:
            return WrongCredentials()
        with self._database.opened() as connection:
            connection.execute("DELETE FROM failed_attempts WHERE identifiant = ?", (mark,))
        return None

    def _charge_attempt(self, mark: str) -> int:
        """Charge one attempt before hashing, so that fifty guesses sent at once are fifty.

        Returns: 0, or the seconds still to wait when the attempt is refused.
        """
        now = self.seconds_now()
        with self._database.opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "DELETE FROM failed_attempts WHERE next_attempt_at < ?",
                (now - FORGOTTEN_AFTER_SECONDS,),
            )
            row = connection.execute(
                "SELECT failures, next_attempt_at FROM failed_attempts WHERE identifiant = ?",
                (mark,),
            ).fetchone()
            if row and row["next_attempt_at"] > now:
                return int(row["next_attempt_at"] - now) + 1
            failures = (row["failures"] if row else 0) + 1
            connection.execute(
                "INSERT INTO failed_attempts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "failures = excluded.failures, next_attempt_at = excluded.next_attempt_at",
                (mark, failures, now + wait_after(failures)),
            )
        return 0


def hash_of(password: str) -> str:
    """Hash a password for keeping."""
    return generate_password_hash(_bounded(password))


def key_of(identifiant: str) -> str:
    """Give the form in which an identifier is kept and compared: its case does not matter."""
    return identifiant.strip().casefold()[:IDENTIFIANT_MAXIMUM_CHARACTERS]


def wait_after(failures: int) -> int:
    """Say how many seconds the next attempt waits: nothing at first, then 1, 2, 4 ... 60."""
    if failures < FREE_FAILURES:
        return 0
    return int(min(2 ** min(failures - FREE_FAILURES, 6), LONGEST_WAIT_SECONDS))


def _bounded(password: str) -> str:
    # Nobody makes us hash a megabyte.
    return password[:PASSWORD_MAXIMUM_CHARACTERS]


@cache
def _nobody_hash() -> str:
    return generate_password_hash(secrets.token_urlsafe())
