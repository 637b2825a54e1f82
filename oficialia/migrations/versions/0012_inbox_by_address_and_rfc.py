"""The filings of an address, in capitals or not, and of an RFC: the inbox asks for them among all there are."""

from alembic import op
from sqlalchemy import text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ADDRESS, RFC = "ix_email_confirmations_lower_address", "ix_parties_rfc"


def upgrade() -> None:
    """Forward."""
    op.create_index(ADDRESS, "email_confirmations", [text("lower(address)")])
    op.create_index(RFC, "parties", ["rfc"])


def downgrade() -> None:
    """Back."""
    op.drop_index(RFC, "parties")
    op.drop_index(ADDRESS, "email_confirmations")
