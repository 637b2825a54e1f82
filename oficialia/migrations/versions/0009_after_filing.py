"""After filing: what follows a filing, letters that belong to none, and the inbox of an address."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: no filing follows another yet."""
    with op.batch_alter_table("filings") as batch_op:
        batch_op.add_column(sa.Column("follows_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("relation", sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.create_index(batch_op.f("ix_filings_follows_id"), ["follows_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_filings_follows_id_filings"),
            "filings",
            ["follows_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
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
    with op.batch_alter_table("filings") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_filings_follows_id_filings"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_filings_follows_id"))
        batch_op.drop_column("relation")
        batch_op.drop_column("follows_id")
