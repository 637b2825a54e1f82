"""After filing: what follows a filing, letters that belong to none, and the inbox of an address."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: no filing follows another yet."""
    op.create_table(
        "follow_ups",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("follows_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_follow_ups_filing_id_filings")),
        sa.ForeignKeyConstraint(["follows_id"], ["filings.id"], name=op.f("fk_follow_ups_follows_id_filings")),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_follow_ups")),
    )
    op.create_index(op.f("ix_follow_ups_follows_id"), "follow_ups", ["follows_id"])
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.alter_column("filing_id", existing_type=sa.Uuid(), nullable=True)
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_address"), "letters", ["address"])
    op.create_index(op.f("ix_letters_created_at"), "letters", ["created_at"])
    op.create_table(
        "inbox_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("rfc", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_entries")),
    )
    op.create_index(op.f("ix_inbox_entries_created_at"), "inbox_entries", ["created_at"])


def downgrade() -> None:
    """Back; letters have no place in the register as it was."""
    op.drop_table("inbox_entries")
    op.drop_table("letters")
    op.execute("DELETE FROM jobs WHERE filing_id IS NULL")
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.alter_column("filing_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("follow_ups")
