"""The ledger is published: every checkpoint ever signed, who publishes, and which acuses carry proofs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "ledger_checkpoints",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name=op.f("pk_ledger_checkpoints")),
    )
    op.create_table(
        "ledger_publisher",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_publisher")),
    )
    op.add_column("acuses", sa.Column("checkpoint_size", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("acuses", "checkpoint_size")
    op.drop_table("ledger_publisher")
    op.drop_table("ledger_checkpoints")
