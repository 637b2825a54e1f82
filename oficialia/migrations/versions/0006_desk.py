"""The desk: accounts of the staff, their sessions and their log; and finding filings by name and by what is due."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 1000
WORD = 40


def upgrade() -> None:
    """Forward: the words of the names there are, too."""
    _tables()
    words = op.create_table(
        "party_words",
        sa.Column("word", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_party_words_filing_id_filings")),
        sa.PrimaryKeyConstraint("word", "filing_id", name=op.f("pk_party_words")),
    )
    _fill(words)
    op.create_index("ix_filings_estado", "filings", ["estado"])


def _tables() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("area_clave", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("known_address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["area_clave"], ["areas.clave"], name=op.f("fk_staff_accounts_area_clave_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_accounts")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_accounts_username")),
    )
    account = (["account_id"], ["staff_accounts.id"])
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(*account, name=op.f("fk_staff_sessions_account_id_staff_accounts")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_index(op.f("ix_staff_sessions_account_id"), "staff_sessions", ["account_id"])
    op.create_table(
        "staff_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(*account, name=op.f("fk_staff_events_account_id_staff_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_events")),
    )
    op.create_index(op.f("ix_staff_events_account_id"), "staff_events", ["account_id"])
    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_last_at"), "sign_in_failures", ["last_at"])


def _fill(words: sa.Table) -> None:
    parties = sa.table("parties", sa.column("filing_id", sa.Uuid()), sa.column("name", sa.String()))
    connection = op.get_bind()
    query = sa.select(parties.c.filing_id, parties.c.name).order_by(parties.c.filing_id)
    pairs: dict[tuple[str, object], None] = {}
    for filing_id, name in connection.execute(query).all():
        pairs |= dict.fromkeys((word, filing_id) for word in _words(name))
    rows = [{"word": word, "filing_id": filing_id} for word, filing_id in pairs]
    for start in range(0, len(rows), BATCH):
        connection.execute(words.insert(), rows[start : start + BATCH])


def _words(name: str) -> list[str]:
    """As oficialia/domain/names.py had it when this was written."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = (c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return [word[:WORD] for word in "".join(kept).split()]


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_filings_estado", table_name="filings")
    op.drop_table("party_words")
    op.drop_table("sign_in_failures")
    op.drop_table("staff_events")
    op.drop_table("staff_sessions")
    op.drop_table("staff_accounts")
