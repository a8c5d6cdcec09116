"""What the portal knows of companies: contracts, rates, credits. Always asked for by SIRET."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from partner_portal.database import Database


@dataclass(frozen=True, kw_only=True)
class Contrat:
    """A contract of a company; its rate is in hundred-thousandths."""

    numero: str
    garantie: str
    population: str
    taux_cent_milliemes: int
    effective_on: str


@dataclass(frozen=True, kw_only=True)
class TauxAtmp:
    """The AT/MP rate of an establishment, seen by whoever declares for it (A-23)."""

    etablissement_siret: str
    commune: str
    code_risque: str
    activite: str
    tarification: str
    taux_cent_milliemes: int
    effective_on: str


@dataclass(frozen=True, kw_only=True)
class Abondement:
    """Money a company adds to someone's training account, in cents (D-02)."""

    nom: str
    prenom: str
    amount_cents: int
    made_by: str
    made_at: str


@dataclass(frozen=True, kw_only=True)
class Regularisation:
    """Rights of an employee that were under-declared for a year, in cents (D-03)."""

    id: int
    nom: str
    prenom: str
    year: int
    declared_cents: int
    due_cents: int
    settled_by: str | None
    settled_at: str | None


class Records:
    """The companies' records; every question carries the SIRET of whoever asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def contrats_of(self, siret: str) -> list[Contrat]:
        """List a company's contracts, the most recent first."""
        return [
            Contrat(**row)
            for row in self._rows(
                "SELECT numero, garantie, population, taux_cent_milliemes, effective_on "
                "FROM contrats WHERE siret = ? ORDER BY effective_on DESC, numero",
                siret,
            )
        ]

    def taux_atmp_of(self, declarant_siret: str) -> list[TauxAtmp]:
        """List the AT/MP rates of the establishments a company declares for."""
        return [
            TauxAtmp(**row)
            for row in self._rows(
                "SELECT etablissement_siret, commune, code_risque, activite, tarification, "
                "taux_cent_milliemes, effective_on FROM taux_atmp WHERE declarant_siret = ? "
                "ORDER BY etablissement_siret, code_risque, effective_on DESC",
                declarant_siret,
            )
        ]

    def abondements_of(self, siret: str) -> list[Abondement]:
        """List what a company has credited, the most recent first."""
        return [
            Abondement(**row)
            for row in self._rows(
                "SELECT nom, prenom, amount_cents, made_by, made_at "
                "FROM abondements WHERE siret = ? ORDER BY id DESC",
                siret,
            )
        ]

    def add_abondement(
        self, siret: str, *, nom: str, prenom: str, amount_cents: int, by: str
    ) -> None:
        """Record a credit made by a company, in cents, now."""
        with self._database.opened() as connection:
            connection.execute(
                "INSERT INTO abondements (siret, nom, prenom, amount_cents, made_by, made_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (siret, nom, prenom, amount_cents, by, _now()),
            )

    def regularisations_of(self, siret: str) -> list[Regularisation]:
        """List a company's lines to put right, those still open first."""
        return [
            Regularisation(**row)
            for row in self._rows(
                "SELECT id, nom, prenom, year, declared_cents, due_cents, settled_by, settled_at "
                "FROM regularisations WHERE siret = ? "
                "ORDER BY settled_at IS NOT NULL, year DESC, nom, prenom",
                siret,
            )
        ]

    def settle_regularisation(self, siret: str, *, line: int, by: str) -> bool:
        """Settle one open line; returns False when this company has no such open line.

        The SIRET stands in the statement: a line's number, which anyone can guess, opens nothing.
        """
        with self._database.opened() as connection:
            cursor = connection.execute(
                "UPDATE regularisations SET settled_by = ?, settled_at = ? "
                "WHERE id = ? AND siret = ? AND settled_at IS NULL",
                (by, _now(), line, siret),
            )
        return cursor.rowcount == 1

    def _rows(self, statement: str, siret: str) -> list[dict[str, Any]]:
        with self._database.opened() as connection:
            return [dict(row) for row in connection.execute(statement, (siret,))]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
