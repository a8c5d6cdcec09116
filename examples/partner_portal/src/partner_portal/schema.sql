-- The portal's own few tables. MAG's people are not here: a partner keeps no table of them (A-07).
CREATE TABLE IF NOT EXISTS accounts (
    identifiant TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    prenom TEXT NOT NULL,
    nom TEXT NOT NULL,
    siret TEXT NOT NULL
) STRICT;

-- Who works here, apart from customers: they open the staff's pages only.
CREATE TABLE IF NOT EXISTS agents (
    identifiant TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    prenom TEXT NOT NULL,
    nom TEXT NOT NULL
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

-- The links sent, each with the first instant of every stage: the page's sums read this alone.
-- A receipt may come before its link was told: its row then has no addressee yet.
CREATE TABLE IF NOT EXISTS links (
    link_id TEXT PRIMARY KEY,
    siret TEXT NOT NULL DEFAULT '',
    nom TEXT NOT NULL DEFAULT '',
    prenom TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL DEFAULT '',
    created_on TEXT NOT NULL DEFAULT '',
    search TEXT NOT NULL DEFAULT '',
    submitted_at TEXT,
    relayed_at TEXT,
    bounced_at TEXT,
    opened_at TEXT,
    opened_on TEXT,
    authenticated_at TEXT,
    authenticated_on TEXT,
    consulted_at TEXT,
    refused_at TEXT,
    expired_at TEXT,
    reported_at TEXT,
    deemed_at TEXT,
    last_stage TEXT NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN consulted_at IS NOT NULL THEN 'consulted'
            WHEN authenticated_at IS NOT NULL THEN 'authenticated'
            WHEN opened_at IS NOT NULL THEN 'opened'
            WHEN bounced_at IS NOT NULL THEN 'bounced'
            WHEN relayed_at IS NOT NULL THEN 'relayed'
            WHEN submitted_at IS NOT NULL THEN 'submitted'
            ELSE 'created'
        END
    ) STORED
) STRICT;
CREATE INDEX IF NOT EXISTS links_newest ON links (created_at DESC, link_id);

CREATE TABLE IF NOT EXISTS receipts (
    position INTEGER PRIMARY KEY,
    receipt_id TEXT NOT NULL UNIQUE,
    link_id TEXT NOT NULL REFERENCES links (link_id),
    number INTEGER NOT NULL,
    stage TEXT NOT NULL,
    observed TEXT,
    issued_at TEXT NOT NULL,
    addressee_match TEXT,
    amr TEXT NOT NULL,
    document TEXT,
    reason TEXT,
    presented TEXT NOT NULL,
    UNIQUE (link_id, number)
) STRICT;

-- How far MAG was read: one row, changed in the transaction that keeps what was read.
CREATE TABLE IF NOT EXISTS reading (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    feed TEXT,
    links_since TEXT,
    links_after TEXT,
    links_newest TEXT,
    tried_at REAL NOT NULL DEFAULT 0,
    read_at TEXT,
    trouble TEXT,
    refusal TEXT
) STRICT;
INSERT INTO reading (id) VALUES (1) ON CONFLICT DO NOTHING;

-- Consultations of this portal's pages that MAG is to be told (AR-3), and those it was told.
CREATE TABLE IF NOT EXISTS consultations (
    id INTEGER PRIMARY KEY,
    link_id TEXT NOT NULL,
    session TEXT NOT NULL,
    document TEXT NOT NULL,
    consulted_at TEXT NOT NULL,
    told_at TEXT,
    refusal TEXT,
    UNIQUE (link_id, session, document)
) STRICT;
