"""Acts of the desk: who attends to a filing, what waits for its second half, and terms that an act sets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: no filing was turned to anybody yet, and every term runs from the fecha de efectos."""
    # In words that both databases know: to add a constraint, SQLite would copy the table and drop the one that every
    # other table points to.
    op.execute(
        "ALTER TABLE filings ADD COLUMN turned_to VARCHAR "
        "CONSTRAINT fk_filings_turned_to_areas REFERENCES areas (clave)"
    )
    op.create_index(op.f("ix_filings_turned_to"), "filings", ["turned_to"])
    op.add_column("filings", sa.Column("pendiente", sa.String(), nullable=False, server_default=sa.text("''")))
    op.create_index(op.f("ix_filings_pendiente"), "filings", ["pendiente"])
    op.add_column("deadlines", sa.Column("counted_from", sa.Date(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("deadlines", "counted_from")
    op.drop_index(op.f("ix_filings_pendiente"), table_name="filings")
    op.drop_column("filings", "pendiente")
    op.drop_index(op.f("ix_filings_turned_to"), table_name="filings")
    op.drop_column("filings", "turned_to")
