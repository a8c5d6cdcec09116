"""The people who work here: their accounts open the staff's pages and nothing of a customer's."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from partner_portal.credentials import Door, TooManyAttempts, WrongCredentials, hash_of, key_of
from partner_portal.database import Database


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Someone who works for this portal."""

    identifiant: str
    prenom: str
    nom: str

    @property
    def full_name(self) -> str:
        """The name as it is registered."""
        return f"{self.prenom} {self.nom}"


class Agents:
    """The agents kept in the portal's database, in a table of their own."""

    def __init__(self, database: Database, *, seconds_now: Callable[[], float] = time.time) -> None:
        self._database = database
        self.door = Door(database, name="agent", seconds_now=seconds_now)

    def add(self, agent: Agent, *, password: str) -> bool:
        """Add an agent with a password; returns False when the identifier is taken."""
        with self._database.opened() as connection:
            cursor = connection.execute(
                "INSERT INTO agents VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key_of(agent.identifiant), hash_of(password), agent.prenom, agent.nom),
            )
        return cursor.rowcount == 1

    def named(self, identifiant: str) -> Agent | None:
        """Find an agent; returns None when there is none, or no longer."""
        with self._database.opened() as connection:
            row = connection.execute(
                "SELECT identifiant, prenom, nom FROM agents WHERE identifiant = ?",
                (key_of(identifiant),),
            ).fetchone()
        return Agent(**row) if row else None

    def sign_in(
        self, identifiant: str, *, password: str
    ) -> Agent | WrongCredentials | TooManyAttempts:
        """Check credentials, in the same words and the same work for every refusal."""
        refusal = self.door.refusal(
            identifiant, password=password, password_hash=self._password_hash(identifiant)
        )
        return refusal or self.named(identifiant) or WrongCredentials()

    def _password_hash(self, identifiant: str) -> str | None:
        with self._database.opened() as connection:
            row = connection.execute(
                "SELECT password_hash FROM agents WHERE identifiant = ?", (key_of(identifiant),)
            ).fetchone()
        return str(row["password_hash"]) if row else None
