"""Receipts, the chain of each link, what they disclose; the tree and its checkpoints."""

import sqlalchemy as sa
from alembic import op

from mag_server.base import db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "receipts",
        sa.Column("arrival", _LARGE, autoincrement=True, nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("observed", sa.Text(), nullable=True),
        sa.Column("issued_at", db.Instant(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("arrival", name=op.f("pk_receipts")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_receipts_receipt_id")),
        sa.UniqueConstraint("link_id", "number", name=op.f("uq_receipts_link_id")),
        sa.UniqueConstraint("position", name=op.f("uq_receipts_position")),
    )
    op.create_index(
        op.f("ix_receipts_client_id_position"), "receipts", ["client_id", "position"], unique=False
    )
    waiting = sa.text("position IS NULL")
    op.create_index(
        op.f("ix_receipts_waiting"),
        "receipts",
        ["arrival"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "receipt_heads",
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_receipt_heads")),
    )
    op.create_table(
        "receipt_onces",
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "word", name=op.f("pk_receipt_onces")),
    )
    op.create_index(
        op.f("ix_receipt_onces_receipt_id"), "receipt_onces", ["receipt_id"], unique=False
    )
    op.create_table(
        "receipt_disclosures",
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", "name", name=op.f("pk_receipt_disclosures")),
    )
    op.create_index(
        op.f("ix_receipt_disclosures_sub"), "receipt_disclosures", ["sub"], unique=False
    )
    op.create_table(
        "tree_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_tree_nodes")),
    )
    op.create_table(
        "tree_checkpoints",
        sa.Column("size", _LARGE, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", db.Instant(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_tree_checkpoints")),
    )
