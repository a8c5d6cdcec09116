"""Nothing any more: it keeps the chain whole for databases that passed here."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing."""
