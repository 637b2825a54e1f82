"""The verdict on each document as it was received."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: what was received before keeps the findings that it has."""
    op.add_column("documents", sa.Column("verdict", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("documents", "verdict")
