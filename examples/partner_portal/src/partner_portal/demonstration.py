"""Sample companies, one sample account and one agent, for a demonstration only.

Every person, company, contract and rate here is invented. Nothing is written over.
"""

from partner_portal.accounts import Account, Accounts
from partner_portal.agents import Agent, Agents
from partner_portal.database import Database

TOMENT = "97050551700072"
TOMENT_WORKSHOP = "97050551700023"
CABINET = "99900027600017"

DEMONSTRATION_ACCOUNT = Account(
    identifiant="polly.sawyer", prenom="POLLY", nom="SAWYER", siret=TOMENT
)
DEMONSTRATION_PASSWORD = "Mississippi1835"  # noqa: S105 - printed in the README, on purpose
DEMONSTRATION_AGENT = Agent(identifiant="sally.phelps", prenom="SALLY", nom="PHELPS")
DEMONSTRATION_AGENT_PASSWORD = "Mississippi1860"  # noqa: S105 - the same

_CONTRATS = (
    ("SA-2026-004417", TOMENT, "Complémentaire santé", "Ensemble du personnel", 3120, "2026-01-01"),
    ("PR-2025-001835", TOMENT, "Prévoyance", "Cadres", 1500, "2025-01-01"),
    ("PR-2025-001836", TOMENT, "Prévoyance", "Non-cadres", 980, "2025-01-01"),
    ("RS-2021-000912", TOMENT, "Retraite supplémentaire", "Cadres", 2000, "2021-07-01"),
    (
        "SA-2024-000276",
        CABINET,
        "Complémentaire santé",
        "Ensemble du personnel",
        2890,
        "2024-04-01",
    ),
)
_TAUX_ATMP = (
    (TOMENT, TOMENT_WORKSHOP, "Brest", "454CC", "Travail du bois et menuiserie", "Mixte", 3420),
    (TOMENT, TOMENT, "Quimper", "741GB", "Études et conseil", "Collectif", 1040),
    (CABINET, CABINET, "Morlaix", "741GB", "Études et conseil", "Collectif", 1040),
    (CABINET, TOMENT, "Quimper", "741GB", "Études et conseil", "Collectif", 1040),
    (CABINET, TOMENT_WORKSHOP, "Brest", "454CC", "Travail du bois et menuiserie", "Mixte", 3420),
)
_RATES_EFFECTIVE_ON = "2026-01-01"
_ABONDEMENTS = (
    (TOMENT, "ROGERS", "BEN", 150_000, "TOM SAWYER", "2026-09-14T08:12:00+00:00"),
    (TOMENT, "TEMPLE", "ALFRED", 80_000, "TOM SAWYER", "2026-10-02T13:40:00+00:00"),
)
_REGULARISATIONS = (
    (TOMENT, "ROGERS", "BEN", 2025, 36_000, 50_000),
    (TOMENT, "WALTERS", "SID", 2025, 0, 50_000),
    (TOMENT, "TEMPLE", "ALFRED", 2024, 48_050, 50_000),
    (CABINET, "LE GALL", "ANNE", 2025, 25_000, 50_000),
)


def fill(database: Database, accounts: Accounts, agents: Agents) -> bool:
    """Write the sample rows into an empty database; returns False when it was not empty."""
    with database.opened() as connection:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT 1 FROM contrats LIMIT 1").fetchone():
            return False
        connection.executemany("INSERT INTO contrats VALUES (?, ?, ?, ?, ?, ?)", _CONTRATS)
        connection.executemany(
            "INSERT INTO taux_atmp VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(*row, _RATES_EFFECTIVE_ON) for row in _TAUX_ATMP],
        )
        connection.executemany(
            "INSERT INTO abondements (siret, nom, prenom, amount_cents, made_by, made_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            _ABONDEMENTS,
        )
        connection.executemany(
            "INSERT INTO regularisations "
            "(siret, nom, prenom, year, declared_cents, due_cents) VALUES (?, ?, ?, ?, ?, ?)",
            _REGULARISATIONS,
        )
    accounts.add(DEMONSTRATION_ACCOUNT, password=DEMONSTRATION_PASSWORD)
    agents.add(DEMONSTRATION_AGENT, password=DEMONSTRATION_AGENT_PASSWORD)
    return True
