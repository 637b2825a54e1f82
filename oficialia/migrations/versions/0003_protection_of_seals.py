"""Sealed documents say when they are to be given evidence for later years."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: the last edition of all that was sealed with its time is due since it was stored."""
    op.add_column("stored_objects", sa.Column("protect_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_stored_objects_protect_at"), "stored_objects", ["protect_at"])
    op.execute(
        "UPDATE stored_objects SET protect_at = stored_at "
        "WHERE seal_level = 'b_t' AND edition = (SELECT max(other.edition) FROM stored_objects AS other "
        "WHERE other.filing_id = stored_objects.filing_id AND other.purpose = stored_objects.purpose)"
    )


def downgrade() -> None:
    """Back."""
    op.drop_index(op.f("ix_stored_objects_protect_at"), table_name="stored_objects")
    op.drop_column("stored_objects", "protect_at")
