"""The register: catalogue, filings, documents, ledger and outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "areas",
        sa.Column("clave", sa.String(), nullable=False),
        sa.Column("nombre", sa.String(), nullable=False),
        sa.Column("tipo", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("clave", name=op.f("pk_areas")),
    )
    op.create_table(
        "calendar_spans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("covers_from", sa.Date(), nullable=False),
        sa.Column("covers_until", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_spans")),
    )
    op.create_table(
        "document_kinds",
        sa.Column("clave", sa.String(), nullable=False),
        sa.Column("nombre", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("clave", name=op.f("pk_document_kinds")),
    )
    op.create_table(
        "folio_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_folio_series")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("last_registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("corte", sa.String(), nullable=False),
        sa.Column("closing_time", sa.Time(), nullable=False),
        sa.Column("corte_fundamento", sa.String(), nullable=False),
        sa.Column("vigente_desde", sa.Date(), nullable=False),
        sa.Column("vigente_hasta", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("span_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["span_id"], ["calendar_spans.id"], name=op.f("fk_calendar_days_span_id_calendar_spans")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "policy_rules",
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("fundamento", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_policy_rules_policy_id_policies")),
        sa.PrimaryKeyConstraint("policy_id", "term", name=op.f("pk_policy_rules")),
    )
    op.create_table(
        "tramites",
        sa.Column("clave", sa.String(), nullable=False),
        sa.Column("nombre", sa.String(), nullable=False),
        sa.Column("area_clave", sa.String(), nullable=False),
        sa.Column("plazo_dias_habiles", sa.Integer(), nullable=True),
        sa.Column("plazo_fundamento", sa.String(), nullable=False),
        sa.Column("silencio", sa.String(), nullable=False),
        sa.Column("corte", sa.String(), nullable=True),
        sa.Column("datos_sensibles", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["area_clave"], ["areas.clave"], name=op.f("fk_tramites_area_clave_areas")),
        sa.PrimaryKeyConstraint("clave", name=op.f("pk_tramites")),
    )
    op.create_table(
        "cedulas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tramite_clave", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("vigente_desde", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["tramite_clave"], ["tramites.clave"], name=op.f("fk_cedulas_tramite_clave_tramites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cedulas")),
        sa.UniqueConstraint("tramite_clave", "version", name=op.f("uq_cedulas_tramite_clave_version")),
    )
    op.create_table(
        "filings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("folio", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("estado", sa.String(), nullable=False),
        sa.Column("etapa", sa.String(), nullable=False),
        sa.Column("nivel_sello", sa.String(), nullable=False),
        sa.Column("nivel_firma", sa.String(), nullable=False),
        sa.Column("area_clave", sa.String(), nullable=False),
        sa.Column("tramite_clave", sa.String(), nullable=True),
        sa.Column("cedula_id", sa.Integer(), nullable=True),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("corte", sa.String(), nullable=False),
        sa.Column("asunto", sa.String(), nullable=False),
        sa.Column("petition", sa.Text(), nullable=False),
        sa.Column("previous_folio", sa.String(), nullable=False),
        sa.Column("buzon_consent", sa.Boolean(), nullable=False),
        sa.Column("privacy_version", sa.String(), nullable=False),
        sa.Column("privacy_sha256", sa.String(), nullable=False),
        sa.Column("identity_salt", sa.LargeBinary(), nullable=False),
        sa.Column("verification_hash", sa.String(), nullable=False),
        sa.Column("tracking_hash", sa.String(), nullable=False),
        sa.Column("idempotency_hash", sa.String(), nullable=False),
        sa.Column("body_digest", sa.String(), nullable=False),
        sa.Column("held_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["area_clave"], ["areas.clave"], name=op.f("fk_filings_area_clave_areas")),
        sa.ForeignKeyConstraint(["cedula_id"], ["cedulas.id"], name=op.f("fk_filings_cedula_id_cedulas")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_filings_policy_id_policies")),
        sa.ForeignKeyConstraint(["tramite_clave"], ["tramites.clave"], name=op.f("fk_filings_tramite_clave_tramites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sa.UniqueConstraint("folio", name=op.f("uq_filings_folio")),
        sa.UniqueConstraint("idempotency_hash", name=op.f("uq_filings_idempotency_hash")),
        sa.UniqueConstraint("verification_hash", name=op.f("uq_filings_verification_hash")),
        sa.UniqueConstraint("year", "sequence", name=op.f("uq_filings_year_sequence")),
    )
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filings_etapa"), ["etapa"], unique=False)

    op.create_table(
        "deadlines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("fundamento", sa.String(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_deadlines_filing_id_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadlines_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("support", sa.String(), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_documents_filing_id_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("filing_id", "number", name=op.f("uq_documents_filing_id_number")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_sha256"), ["sha256"], unique=False)

    op.create_table(
        "email_confirmations",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_email_confirmations_filing_id_filings")),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_email_confirmations")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor_role", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_events_filing_id_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_jobs_filing_id_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "filing_id", "ordinal", name=op.f("uq_jobs_kind_filing_id_ordinal")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_open", ["done_at", "visible_at"], unique=False)

    op.create_table(
        "ledger_leaves",
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("folio", sa.String(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_ledger_leaves_filing_id_filings")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_ledger_leaves")),
    )
    with op.batch_alter_table("ledger_leaves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_leaves_filing_id"), ["filing_id"], unique=False)

    op.create_table(
        "parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("curp", sa.String(), nullable=False),
        sa.Column("rfc", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_parties_filing_id_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint("filing_id", "position", name=op.f("uq_parties_filing_id_position")),
    )
    op.create_table(
        "stored_objects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal_strategy", sa.String(), nullable=False),
        sa.Column("seal_level", sa.String(), nullable=False),
        sa.Column("certificate_serial", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_stored_objects_document_id_documents")
        ),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_stored_objects_filing_id_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_objects")),
        sa.UniqueConstraint(
            "filing_id",
            "document_id",
            "purpose",
            "edition",
            name=op.f("uq_stored_objects_filing_id_document_id_purpose_edition"),
        ),
    )
    with op.batch_alter_table("stored_objects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_objects_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_objects_sha256"), ["sha256"], unique=False)

    op.create_table(
        "acuses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cadena", sa.Text(), nullable=False),
        sa.Column("sello", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_acuses_filing_id_filings")),
        sa.ForeignKeyConstraint(["object_id"], ["stored_objects.id"], name=op.f("fk_acuses_object_id_stored_objects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acuses")),
        sa.UniqueConstraint("filing_id", "edition", name=op.f("uq_acuses_filing_id_edition")),
    )
    op.create_table(
        "seal_certificates",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_seal_certificates")),
    )
    op.execute("INSERT INTO ledger_head (id, size) VALUES (1, 0)")


def downgrade() -> None:
    """Back; for development only, the register itself never goes back."""
    op.drop_table("seal_certificates")
    op.drop_table("acuses")
    with op.batch_alter_table("stored_objects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_objects_sha256"))
        batch_op.drop_index(batch_op.f("ix_stored_objects_filing_id"))

    op.drop_table("stored_objects")
    op.drop_table("parties")
    with op.batch_alter_table("ledger_leaves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_leaves_filing_id"))

    op.drop_table("ledger_leaves")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_open")

    op.drop_table("jobs")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_filing_id"))

    op.drop_table("events")
    op.drop_table("email_confirmations")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_sha256"))

    op.drop_table("documents")
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadlines_filing_id"))

    op.drop_table("deadlines")
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filings_etapa"))

    op.drop_table("filings")
    op.drop_table("cedulas")
    op.drop_table("tramites")
    op.drop_table("policy_rules")
    op.drop_table("calendar_days")
    op.drop_table("policies")
    op.drop_table("ledger_head")
    op.drop_table("folio_series")
    op.drop_table("document_kinds")
    op.drop_table("calendar_spans")
    op.drop_table("areas")
