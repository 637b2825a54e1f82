"""The leaves of an act by their time: anybody asks how many were filed today, and for the closings, of any ledger."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEX = "ix_ledger_leaves_act_registered_at"


def upgrade() -> None:
    """Forward."""
    op.create_index(INDEX, "ledger_leaves", ["act", "registered_at"])


def downgrade() -> None:
    """Back."""
    op.drop_index(INDEX, "ledger_leaves")
