"""Receipts, their chain and their tree."""

import sqlalchemy as sa
from alembic import op

from mag_server.base import db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "receipt_keys",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("alg", sa.Text(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("active_from", db.Instant(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("sealed_private_key", sa.Text(), nullable=False),
        sa.Column("compromised_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_receipt_keys")),
    )
