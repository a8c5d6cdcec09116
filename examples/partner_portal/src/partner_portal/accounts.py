"""The portal's own accounts, beside MAG's people (A-33, A-42)."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from partner_portal.credentials import Door, TooManyAttempts, WrongCredentials, hash_of, key_of
from partner_portal.database import Database


@dataclass(frozen=True, kw_only=True)
class Account:
    """Someone who has credentials of this portal."""

    identifiant: str
    prenom: str
    nom: str
    siret: str


class Accounts:
    """The accounts kept in the portal's database."""

    def __init__(self, database: Database, *, seconds_now: Callable[[], float] = time.time) -> None:
        self._database = database
        self.door = Door(database, name="account", seconds_now=seconds_now)

    def add(self, account: Account, *, password: str) -> bool:
        """Add an account with its password; returns False when the identifier is taken."""
        with self._database.opened() as connection:
            cursor = connection.execute(
                "INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    key_of(account.identifiant),
                    hash_of(password),
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
                (key_of(identifiant),),
            ).fetchone()
        return Account(**row) if row else None

    def sign_in(
        self, identifiant: str, *, password: str
    ) -> Account | WrongCredentials | TooManyAttempts:
        """Check credentials, in the same words and the same work for every refusal."""
        refusal = self.door.refusal(
            identifiant, password=password, password_hash=self._password_hash(identifiant)
        )
        return refusal or self.named(identifiant) or WrongCredentials()

    def _password_hash(self, identifiant: str) -> str | None:
        with self._database.opened() as connection:
            row = connection.execute(
                "SELECT password_hash FROM accounts WHERE identifiant = ?", (key_of(identifiant),)
            ).fetchone()
        return str(row["password_hash"]) if row else None
