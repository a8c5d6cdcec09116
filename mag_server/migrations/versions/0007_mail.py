"""The outbox, and what was seen of each letter's way."""

import sqlalchemy as sa
from alembic import op

from mag_server.base import db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "letters",
        sa.Column("number", _LARGE, autoincrement=True, nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("prenom", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=True),
        sa.Column("written_at", db.Instant(), nullable=False),
        sa.Column("not_after", db.Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", db.Instant(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("leased_until", db.Instant(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_letters")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_letters_letter_id")),
    )
    op.create_index(op.f("ix_letters_reference"), "letters", ["reference"], unique=False)
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        op.f("ix_letters_waiting"),
        "letters",
        ["next_try_at"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "mail_events",
        sa.Column("number", _LARGE, autoincrement=True, nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("happening", sa.Text(), nullable=False),
        sa.Column("mail_hash", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_mail_events")),
    )
    op.create_index(op.f("ix_mail_events_letter_id"), "mail_events", ["letter_id"], unique=False)
