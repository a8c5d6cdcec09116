"""The first tables: partners, people, keys, sessions, codes, tokens, attempts, audit."""

import sqlalchemy as sa
from alembic import op

from mag_server.base import db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "database_marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_database_marks")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=True),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("code_fingerprint", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.Column("revoked_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_access_tokens")),
    )
    op.create_index(
        op.f("ix_access_tokens_code_fingerprint"),
        "access_tokens",
        ["code_fingerprint"],
        unique=False,
    )
    op.create_index(
        op.f("ix_access_tokens_expires_at"), "access_tokens", ["expires_at"], unique=False
    )
    op.create_index(op.f("ix_access_tokens_sid"), "access_tokens", ["sid"], unique=False)
    op.create_table(
        "attempt_buckets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("free_at", db.Instant(), nullable=False),
        sa.Column("changed_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attempt_buckets")),
    )
    op.create_index(
        op.f("ix_attempt_buckets_changed_at"), "attempt_buckets", ["changed_at"], unique=False
    )
    op.create_table(
        "audit_entries",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_table(
        "cache_versions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cache_versions")),
    )
    op.create_table(
        "codes",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("acr", sa.Text(), nullable=False),
        sa.Column("amr", sa.Text(), nullable=False),
        sa.Column("auth_time", db.Instant(), nullable=False),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.Column("redeemed_at", db.Instant(), nullable=True),
        sa.Column("replayed_at", db.Instant(), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_codes")),
    )
    op.create_index(op.f("ix_codes_expires_at"), "codes", ["expires_at"], unique=False)
    op.create_index(op.f("ix_codes_sid"), "codes", ["sid"], unique=False)
    op.create_table(
        "familiarities",
        sa.Column("triplet_fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint(
            "triplet_fingerprint", "kind", "mark", name=op.f("pk_familiarities")
        ),
    )
    op.create_index(
        op.f("ix_familiarities_expires_at"), "familiarities", ["expires_at"], unique=False
    )
    op.create_table(
        "form_uses",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("proof_fingerprint", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("used_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_form_uses")),
    )
    op.create_index(op.f("ix_form_uses_used_at"), "form_uses", ["used_at"], unique=False)
    op.create_table(
        "partner_addresses",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "kind", "position", name=op.f("pk_partner_addresses")),
    )
    op.create_table(
        "partner_secrets",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("retired_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_partner_secrets")),
    )
    op.create_index(
        op.f("ix_partner_secrets_client_id"), "partner_secrets", ["client_id"], unique=False
    )
    op.create_table(
        "partners",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("initiate_login_uri", sa.Text(), nullable=True),
        sa.Column("minimum_acr", sa.Text(), nullable=True),
        sa.Column("alg", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_partners")),
    )
    op.create_table(
        "passwords",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_passwords")),
    )
    op.create_table(
        "people",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("prenom", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_validated_at", db.Instant(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_siret"), "people", ["siret"], unique=False)
    op.create_table(
        "person_names",
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("nom_key", sa.Text(), nullable=False),
        sa.Column("prenom_key", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("until", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("siret", "nom_key", "prenom_key", name=op.f("pk_person_names")),
    )
    op.create_index(op.f("ix_person_names_sub"), "person_names", ["sub"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("cookie_fingerprint", sa.Text(), nullable=True),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("acr", sa.Text(), nullable=False),
        sa.Column("amr", sa.Text(), nullable=False),
        sa.Column("auth_time", db.Instant(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("seen_at", db.Instant(), nullable=False),
        sa.Column("ended_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_sessions")),
        sa.UniqueConstraint("cookie_fingerprint", name=op.f("uq_sessions_cookie_fingerprint")),
    )
    op.create_index(op.f("ix_sessions_seen_at"), "sessions", ["seen_at"], unique=False)
    op.create_index(op.f("ix_sessions_sub"), "sessions", ["sub"], unique=False)
    op.create_table(
        "signin_attempts",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_signin_attempts")),
    )
    op.create_index(
        op.f("ix_signin_attempts_expires_at"), "signin_attempts", ["expires_at"], unique=False
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("alg", sa.Text(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("active_from", db.Instant(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("sealed_private_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_keys")),
    )


def downgrade() -> None:
    """Nothing is older than the first tables: restore a backup instead."""
    raise RuntimeError("nothing is older than the first tables: restore a backup instead")
