"""An e.firma answers a question, and the answer counts once asked, here, now, and for nobody else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from oficialia.runtime import Runtime
from oficialia.services.efirma_challenge import Signer, challenge, signed, who
from oficialia.services.efirma_words import EfirmaRefused
from signing.citizen_signature import attributes
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.support.citizens import CITIZEN_PASSWORD
from tests.support.office import TestClock, make_runtime

SITE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Asked:
    """An office, and the e.firmas that answer it."""

    runtime: Runtime
    clock: TestClock
    pki: Path

    def certificate(self, name: str = "maria") -> bytes:
        return (self.pki / "ciudadanos" / f"{name}.cer").read_bytes()

    def answer(self, content: bytes, name: str = "maria") -> bytes:
        key = load_der_private_key((self.pki / "ciudadanos" / f"{name}.key").read_bytes(), CITIZEN_PASSWORD)
        assert isinstance(key, RSAPrivateKey)
        return key.sign(content, PKCS1v15(), SHA256())


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, development_pki: Path, now: datetime) -> Iterator[Asked]:
    clock, sandbox, folder = TestClock(now), Sandbox(require_isolation=False), tmp_path_factory.mktemp("pregunta")
    nowhere = Bucket("http://127.0.0.1:1", "nadie", "ninguno-1", bucket="x", region="x")
    runtime = make_runtime(
        f"sqlite:///{folder / 'o.db'}", bucket=nowhere, sandbox=sandbox, pki=development_pki,
        spool=folder / "transito", clock=clock,
    )  # fmt: skip
    yield Asked(runtime, clock, development_pki)
    sandbox.close()


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(EfirmaRefused) as refused:
        work()
    return refused.value.code


def test_the_answer_tells_who_it_is(asked: Asked) -> None:
    question = challenge(asked.runtime, "s")
    answer = asked.answer(signed(question, SITE))
    found = who(asked.runtime, "s", question, asked.certificate(), answer)
    assert found == Signer("PENM850101AB2", "PENM850101MMCXXR07", "MARÍA PEÑA NÚÑEZ")


def test_an_answer_of_another_site_session_key_or_question_is_none(asked: Asked) -> None:
    question, other = challenge(asked.runtime, "s"), challenge(asked.runtime, "s")
    answer = asked.answer(signed(question, SITE))

    def tried(session: str, said: str, name: str, signature: bytes) -> str:
        return refusal(lambda: who(asked.runtime, session, said, asked.certificate(name), signature))

    assert tried("s", question, "maria", asked.answer(signed(question, "http://otro.mx"))) == "firma_no_corresponde"
    assert tried("s", question, "empresa", answer) == "firma_no_corresponde"
    assert tried("s", other, "maria", answer) == "firma_no_corresponde"
    assert tried("otra", question, "maria", answer) == "pregunta_ajena"
    for forged in ("", "1.2", question + "0", question.replace(".", ".a", 1), "9" * 400):
        assert tried("s", forged, "maria", answer) == "pregunta_ajena"


def test_it_holds_for_five_minutes(asked: Asked) -> None:
    question = challenge(asked.runtime, "s")
    answer = asked.answer(signed(question, SITE))
    asked.clock.time += timedelta(minutes=5, seconds=1)
    late = refusal(lambda: who(asked.runtime, "s", question, asked.certificate(), answer))
    assert late == "pregunta_vencida"


def test_a_certificate_that_may_not_sign_opens_nothing(asked: Asked) -> None:
    question = challenge(asked.runtime, "s")
    for name, code in (("csd", "sello_digital"), ("vencida", "vencida")):
        answer = asked.answer(signed(question, SITE), name)
        assert refusal(partial(who, asked.runtime, "s", question, asked.certificate(name), answer)) == code


def test_an_answer_can_never_be_a_signature_of_a_document(asked: Asked) -> None:
    content = signed(challenge(asked.runtime, "s"), SITE)
    assert content[0] != attributes(b"\0" * 32, b"x")[0]
    assert content.startswith(b"oficialia-buzon-v1\0")
