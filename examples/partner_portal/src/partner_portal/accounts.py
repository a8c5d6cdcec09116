"""The portal's own accounts, beside MAG's people (A-33, A-42)."""

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


@dataclass(frozen=True, kw_only=True)
class Account:
    """Someone who has credentials of this portal."""

    identifiant: str
    prenom: str
    nom: str
    siret: str


@dataclass(frozen=True)
class WrongCredentials:
    """The identifier is unknown or the password is wrong: nobody is told which."""


@dataclass(frozen=True)
class TooManyAttempts:
    """The same identifier failed too often, whether it exists or not."""

    retry_after_seconds: int


class Accounts:
    """The accounts kept in the portal's database.

    `seconds_now` gives the wall clock in seconds; a test may give another.
    """

    def __init__(self, database: Database, *, seconds_now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._seconds_now = seconds_now

    def add(self, account: Account, *, password: str) -> bool:
        """Add an account with its password; returns False when the identifier is taken."""
        with self._database.opened() as connection:
            cursor = connection.execute(
                "INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    _key(account.identifiant),
                    generate_password_hash(password),
                    account.prenom,
                    account.nom,
                    account.siret,
                ),
            )
        return cursor.rowcount == 1

    def named(self, identifiant: str) -> Account | None:
        """Find an account; returns None when there is none, or no longer."""
        with self._database.opened() as connection:
            row = connection.execute(
                "SELECT identifiant, prenom, nom, siret FROM accounts WHERE identifiant = ?",
                (_key(identifiant),),
            ).fetchone()
        return Account(**row) if row else None

    def sign_in(
        self, identifiant: str, *, password: str
    ) -> Account | WrongCredentials | TooManyAttempts:
        """Check credentials, in the same words and the same work for every refusal."""
        wait_seconds = self._charge_attempt(_key(identifiant))
        if wait_seconds > 0:
            return TooManyAttempts(wait_seconds)
        with self._database.opened() as connection:
            row = connection.execute(
                "SELECT password_hash FROM accounts WHERE identifiant = ?", (_key(identifiant),)
            ).fetchone()
        # An unknown identifier pays for one hash too, or the time of the answer would betray it.
        matches = check_password_hash(row["password_hash"] if row else _nobody_hash(), password)
        account = self.named(identifiant)
        if not matches or account is None:
            return WrongCredentials()
        with self._database.opened() as connection:
            connection.execute(
                "DELETE FROM failed_attempts WHERE identifiant = ?", (_key(identifiant),)
            )
        return account

    def _charge_attempt(self, key: str) -> int:
        """Charge one attempt before hashing, so that fifty guesses sent at once are fifty.

        Returns: 0, or the seconds still to wait when the attempt is refused.
        """
        now = self._seconds_now()
        with self._database.opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "DELETE FROM failed_attempts WHERE next_attempt_at < ?",
                (now - FORGOTTEN_AFTER_SECONDS,),
            )
            row = connection.execute(
                "SELECT failures, next_attempt_at FROM failed_attempts WHERE identifiant = ?",
                (key,),
            ).fetchone()
            if row and row["next_attempt_at"] > now:
                return int(row["next_attempt_at"] - now) + 1
            failures = (row["failures"] if row else 0) + 1
            connection.execute(
                "INSERT INTO failed_attempts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "failures = excluded.failures, next_attempt_at = excluded.next_attempt_at",
                (key, failures, now + wait_after(failures)),
            )
        return 0


def wait_after(failures: int) -> int:
    """Say how many seconds the next attempt waits: nothing at first, then 1, 2, 4 ... 60."""
    if failures < FREE_FAILURES:
        return 0
    return int(min(2 ** min(failures - FREE_FAILURES, 6), LONGEST_WAIT_SECONDS))


@cache
def _nobody_hash() -> str:
    return generate_password_hash(secrets.token_urlsafe())


def _key(identifiant: str) -> str:
    return identifiant.strip().casefold()[:IDENTIFIANT_MAXIMUM_CHARACTERS]
