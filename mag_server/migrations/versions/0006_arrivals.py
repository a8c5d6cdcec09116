"""A code may tell at which link the sign-in began, and where it leads."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns."""
    op.add_column("codes", sa.Column("link_id", sa.Text(), nullable=True))
    op.add_column("codes", sa.Column("target", sa.Text(), nullable=True))
