"""Events of letters bear a mark once taken, and codes only; links are found by SIRET."""

import sqlalchemy as sa
from alembic import op

from mag_server.base import db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mark what was told up to the last position; forget what relays wrote, which quotes people."""
    op.add_column("mail_events", sa.Column("told_at", db.Instant(), nullable=True))
    op.execute(
        "UPDATE mail_events SET told_at = at WHERE number <= "
        "(SELECT position FROM link_positions WHERE name = 'deliveries')"
    )
    op.drop_table("link_positions")
    op.drop_index("ix_links_siret", "links")
    op.create_index(op.f("ix_links_siret"), "links", ["siret", "client_id"], unique=False)
    op.drop_column("mail_events", "reason")
    op.add_column("mail_events", sa.Column("code", sa.Text(), nullable=True))
    untold = sa.text("told_at IS NULL")
    op.create_index(
        op.f("ix_mail_events_untold"),
        "mail_events",
        ["number"],
        unique=False,
        sqlite_where=untold,
        postgresql_where=untold,
    )
