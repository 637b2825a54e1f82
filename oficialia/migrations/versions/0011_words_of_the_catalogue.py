"""The words by which people look for a tramite or an area, and what each kind of document is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
_COLUMNS = (("areas", "palabras"), ("tramites", "palabras"), ("document_kinds", "explicacion"))


def upgrade() -> None:
    """Forward: the next loading of the catalogue fills them."""
    for table, name in _COLUMNS:
        op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Back."""
    for table, name in reversed(_COLUMNS):
        op.drop_column(table, name)
