"""Filings remember the request that brought them; the reviews of the office are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    # The filings there are came before requests had names. The default stays: to take it away SQLite would copy the
    # table and drop the one that every other table points to.
    op.add_column("filings", sa.Column("request_id", sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Back."""
    op.drop_column("filings", "request_id")
    op.drop_table("reviews")
