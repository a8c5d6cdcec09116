"""Emailed links, their visits and their traces; the calls that a partner may repeat."""

import sqlalchemy as sa
from alembic import op

from mag_server.base import db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _when_set(name: str, column: str, columns: list[str]) -> None:
    # Most links have none: what is empty stands in no index.
    condition = sa.text(f"{column} IS NOT NULL")
    op.create_index(
        op.f(name),
        "links",
        columns,
        unique=False,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "calls",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("key_fingerprint", sa.Text(), nullable=False),
        sa.Column("body_fingerprint", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("claimed_at", db.Instant(), nullable=False),
        sa.Column("sealed_answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", "key_fingerprint", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_claimed_at"), "calls", ["claimed_at"], unique=False)
    op.create_table(
        "links",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("token_fingerprint", sa.Text(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("prenom", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("prefill", sa.Text(), nullable=False),
        sa.Column("accept", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("made_available_at", db.Instant(), nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.Column("revoked_at", db.Instant(), nullable=True),
        sa.Column("interaction_at", db.Instant(), nullable=True),
        sa.Column("expiry_due_at", db.Instant(), nullable=True),
        sa.Column("deemed_due_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_links")),
        sa.UniqueConstraint("link_id", name=op.f("uq_links_link_id")),
        sa.UniqueConstraint("token_fingerprint", name=op.f("uq_links_token_fingerprint")),
    )
    op.create_index(op.f("ix_links_client_id"), "links", ["client_id", "number"], unique=False)
    op.create_index(op.f("ix_links_siret"), "links", ["client_id", "siret"], unique=False)
    _when_set("ix_links_reference", "reference", ["client_id", "reference"])
    _when_set("ix_links_expiry_due_at", "expiry_due_at", ["expiry_due_at"])
    _when_set("ix_links_deemed_due_at", "deemed_due_at", ["deemed_due_at"])
    op.create_table(
        "link_positions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_link_positions")),
    )
    op.create_table(
        "link_traces",
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("first_at", db.Instant(), nullable=False),
        sa.Column("last_at", db.Instant(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "link_id", "day", "mark", "method", "agent", name=op.f("pk_link_traces")
        ),
    )
    op.create_index(op.f("ix_link_traces_last_at"), "link_traces", ["last_at"], unique=False)
    op.create_table(
        "link_authentications",
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("addressee_match", sa.Text(), nullable=False),
        sa.Column("recorded_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "sid", name=op.f("pk_link_authentications")),
    )
    op.create_index(
        op.f("ix_link_authentications_sub"), "link_authentications", ["sub"], unique=False
    )
    op.create_table(
        "visits",
        sa.Column("handle_fingerprint", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("handle_fingerprint", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_expires_at"), "visits", ["expires_at"], unique=False)
