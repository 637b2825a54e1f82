"""A sealed copy that shows no stamp says so in the acuse and in the expediente."""

from pathlib import Path

import pytest
from sqlalchemy import select

from oficialia.domain.filing import Etapa
from oficialia.models import Filing, Job
from oficialia.runtime import Runtime
from oficialia.services import acuse_fields, intake, outbox, sealing, tracking
from oficialia.services.certificates import SealCertificate
from oficialia.services.submission import Person
from signing.seal import Sealed, Strategy
from storage.bucket import Stored
from tests.support.office import blank_pdf, submission

CERTIFICATE = SealCertificate("0A", "ab" * 32, "Municipio de Chalco", "PEM")


@pytest.fixture
def receipt(runtime: Runtime, tmp_path: Path) -> intake.Receipt:
    """A filing of a company."""
    return intake.receive(
        runtime, submission(blank_pdf(tmp_path / "a.pdf"), applicant=Person("juridica", "Vecinos, A. C."))
    )


def seal(runtime: Runtime, receipt: intake.Receipt, strategy: Strategy) -> acuse_fields.Draft:
    """Records a sealed copy made in that way; gives the draft of the acuse."""
    with runtime.database.reading() as session:
        job = session.scalars(select(Job.id)).one()
    lease = outbox.take(runtime.database, job, runtime.clock())
    assert lease is not None
    sealed = Sealed(strategy, "b_b", "cd" * 32, 1000, 1, None, 1.0, ())
    stored = Stored(f"expedientes/{receipt.filing_id}/sellado/{sealed.sha256}.pdf", "1", sealed.sha256, sealed.size)
    assert sealing.record(runtime, lease, sealed=sealed, stored=stored, certificate=CERTIFICATE)
    with runtime.database.reading() as session:
        filing = session.get_one(Filing, receipt.filing_id)
        assert filing.etapa != Etapa.EN_ESPERA
        return acuse_fields.draft(session, runtime, filing, CERTIFICATE)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [("visible", ""), ("invisible", "no tenía espacio libre"), ("caratula", "dentro de una carátula sellada")],
)
def test_how_the_seal_is_borne_is_told_where_it_is_not_seen(
    runtime: Runtime, receipt: intake.Receipt, strategy: Strategy, words: str
) -> None:
    note = seal(runtime, receipt, strategy).content.documents[0].note
    assert note == tracking.view(runtime, receipt.filing_id).seal_note
    assert words in note
    assert bool(note) == bool(words)


def test_a_company_is_not_asked_for_a_curp(runtime: Runtime, receipt: intake.Receipt) -> None:
    [party] = seal(runtime, receipt, "visible").content.parties
    assert (party.curp, party.rfc) == (None, "")
