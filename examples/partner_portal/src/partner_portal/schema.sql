-- The portal's own few tables. MAG's people are not here: a partner keeps no table of them (A-07).
CREATE TABLE IF NOT EXISTS accounts (
    identifiant TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    prenom TEXT NOT NULL,
    nom TEXT NOT NULL,
    siret TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS failed_attempts (
    identifiant TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    next_attempt_at REAL NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS contrats (
    numero TEXT PRIMARY KEY,
    siret TEXT NOT NULL,
    garantie TEXT NOT NULL,
    population TEXT NOT NULL,
    taux_cent_milliemes INTEGER NOT NULL,
    effective_on TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS taux_atmp (
    declarant_siret TEXT NOT NULL,
    etablissement_siret TEXT NOT NULL,
    commune TEXT NOT NULL,
    code_risque TEXT NOT NULL,
    activite TEXT NOT NULL,
    tarification TEXT NOT NULL,
    taux_cent_milliemes INTEGER NOT NULL,
    effective_on TEXT NOT NULL,
    PRIMARY KEY (declarant_siret, etablissement_siret, code_risque, effective_on)
) STRICT;

CREATE TABLE IF NOT EXISTS abondements (
    id INTEGER PRIMARY KEY,
    siret TEXT NOT NULL,
    nom TEXT NOT NULL,
    prenom TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS regularisations (
    id INTEGER PRIMARY KEY,
    siret TEXT NOT NULL,
    nom TEXT NOT NULL,
    prenom TEXT NOT NULL,
    year INTEGER NOT NULL,
    declared_cents INTEGER NOT NULL,
    due_cents INTEGER NOT NULL,
    settled_by TEXT,
    settled_at TEXT
) STRICT;
