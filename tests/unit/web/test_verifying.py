"""Verification says what it knows and not a word more; it keeps nothing, and seals nothing."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from pyhanko.sign.fields import MDPPerm
from sqlalchemy import func, select

from oficialia.app import create_app
from oficialia.db import Database
from oficialia.domain.documents import Purpose
from oficialia.models import Base, Job, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import tracking
from oficialia.services.register_words import REGISTER, Known
from oficialia.web.context import WebOptions
from signing.errors import SandboxUnavailable
from signing.sandbox import Sandbox
from tests.support import shown_papers
from tests.support.office import blank_pdf
from tests.support.papers import Signing, sign, write_pdf
from tests.support.shown_papers import Town, blackened, later, saying
from tests.support.window import KEY, File, Visitor, faults


def _says(page: str, known: Known) -> bool:
    words = REGISTER[known].words
    return words.sentence in page and words.meaning in page and words.action in page


def test_the_code_of_a_filing_shows_when_and_not_who(visitor: Visitor, runtime: Runtime) -> None:
    folio = visitor.filed()
    key = KEY.search(visitor.get(f"/presentado/{folio}").text)
    assert key
    code = tracking.view(runtime, tracking.open_with_key(runtime, folio, key[1])).verification_code
    page = Visitor(visitor.app).get(f"/v/{code.lower()}")
    assert page.status_code == 200
    assert folio in page.text
    assert "María" not in page.text
    assert "Bache" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA-AAAA", "x", "A" * 5000, "%00", "ñ", "..%2F", "%FF%FE"])
def test_an_unknown_code_is_told_clearly(visitor: Visitor, code: str) -> None:
    response = visitor.get(f"/v/{code}")
    assert response.status_code == 404


def test_a_code_typed_from_paper_goes_to_its_page(visitor: Visitor) -> None:
    response = visitor.send("/verificar/codigo", {"codigo": " abcd efgh jkmn pqrs "}, page="/verificar")
    assert (response.status_code, response.location) == (303, "/v/ABCD-EFGH-JKMN-PQRS")


@pytest.mark.parametrize("code", ["", "---", "\x00"])
def test_no_code_is_a_fault(visitor: Visitor, code: str) -> None:
    assert visitor.send("/verificar/codigo", {"codigo": code}, page="/verificar").status_code == 422


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize(
    ("purpose", "known"), [(Purpose.SEALED, Known.EXACT_SEALED), (Purpose.ACUSE, Known.EXACT_ACUSE)]
)
def test_what_we_issued_is_known_in_every_edition(town: Town, purpose: Purpose, edition: int, known: Known) -> None:
    page = town.shown(town.documents[purpose, edition])
    assert _says(page, known)
    assert f'{REGISTER[known].words.sentence} <span class="junto">{town.folio}</span>' in page
    assert ("Hay una edición más reciente" in page) == (edition == 1)
    assert ("Las pruebas del acuse" in page) == (purpose is Purpose.ACUSE)


def test_whatever_follows_our_seal_is_not_ours(town: Town) -> None:
    page = town.shown(town.sealed + b"\n% agregado\n")
    assert _says(page, Known.OUR_SEAL_EXTENDED)
    assert "El final del archivo no está firmado." in page


def test_a_further_signature_leaves_ours_and_is_not_ours(town: Town, tmp_path: Path) -> None:
    path, people = tmp_path / "otra.pdf", town.pki / "ciudadanos"
    path.write_bytes(town.sealed)
    sign(path, people / "empresa.p12", (people / "empresa.password").read_text().strip(), [Signing("Otra")])
    page = town.shown(path.read_bytes())
    assert _says(page, Known.OUR_SEAL_EXTENDED)
    assert town.folio in page


def test_a_document_that_changed_after_our_seal_is_told_so_and_its_revision_shown(town: Town) -> None:
    page = town.shown(later(town.sealed, blackened))
    assert _says(page, Known.OUR_SEAL_CHANGED)
    assert "Cambió después de firmarse" in page
    assert town.folio in page  # what we sealed is still in it
    assert page.count("data:image/webp;base64,") >= 2
    assert f'data-hasta="{len(town.sealed)}"' in page
    assert not re.search(r"\bfals", page.lower())


def test_the_signed_revision_is_given_back_to_who_has_no_script(town: Town) -> None:
    changed = later(town.sealed, blackened)
    values = {"documento": File(changed), "hasta": str(len(town.sealed))}
    response = town.visitor.send("/verificar/version-firmada", values, page="/verificar")
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Content-Disposition"].startswith("attachment; filename=version-firmada-")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.data == town.sealed


@pytest.mark.parametrize("end", ["1", "99999999", "-1", "x", ""])
def test_no_other_part_of_a_file_is_given_back(town: Town, end: str) -> None:
    values = {"documento": File(town.sealed), "hasta": end}
    response = town.visitor.send("/verificar/version-firmada", values, page="/verificar")
    assert response.status_code == 422
    assert faults(response)


def test_a_changed_byte_under_our_seal_is_told_and_no_folio_with_it(town: Town) -> None:
    content = bytearray(town.sealed)
    content[content.index(b"stream") + 20] ^= 1
    page = town.shown(bytes(content))
    assert _says(page, Known.OUR_SEAL_BROKEN)
    assert "Lo que sabe esta oficina" not in page


def test_our_seal_on_what_the_register_does_not_know_is_told(town: Town, tmp_path: Path) -> None:
    town.seal(blank_pdf(tmp_path / "propio.pdf"), tmp_path / "sellado.pdf")
    assert _says(town.shown((tmp_path / "sellado.pdf").read_bytes()), Known.OUR_SEAL_UNREGISTERED)


def test_the_original_inside_a_caratula_is_shown_by_itself(town: Town, tmp_path: Path) -> None:
    people, source = town.pki / "ciudadanos", write_pdf(tmp_path / "cierra.pdf")
    sign(source, people / "maria.p12", "12345678a", [Signing(certify=MDPPerm.NO_CHANGES)])
    sealed = town.seal(source, tmp_path / "caratula.pdf")
    assert sealed.strategy == "caratula"
    page = town.shown((tmp_path / "caratula.pdf").read_bytes())
    assert _says(page, Known.OUR_SEAL_UNREGISTERED)
    inner = page.split("El documento original que lleva dentro")[1]
    assert "MARÍA" in inner
    assert 'id="interior-1-1"' in inner


def test_the_proofs_of_an_acuse_in_another_file_make_no_acuse(town: Town) -> None:
    with pikepdf.open(io.BytesIO(town.documents[Purpose.ACUSE, 1])) as acuse:
        proofs = {name: each.get_file().read_bytes() for name, each in acuse.attachments.items()}
    page = town.shown(saying("Acuse de recibo", proofs))
    assert _says(page, Known.CLAIMS_OURS)
    assert "No confíe en este archivo como está" in page
    assert "Todo está en orden" not in page
    assert "está en el libro público" not in page
    assert town.folio in page


def test_a_folio_in_the_text_makes_no_document_of_ours_and_is_not_looked_up(town: Town) -> None:
    page = town.shown(saying(f"En relacion con el folio {town.folio}."))
    assert _says(page, Known.NAMES_FOLIO)
    other = town.shown(saying("En relacion con el folio OP-2026-000123-5."))
    assert _says(other, Known.NAMES_FOLIO)
    assert page.count(town.folio) == other.count("OP-2026-000123-5")
    assert _says(town.shown(saying("OP-2026-000123-4 no es un folio.")), Known.UNKNOWN)


def test_a_signature_of_somebody_else_is_shown_masked(town: Town, tmp_path: Path) -> None:
    page = town.shown(shown_papers.signed_petition(tmp_path / "ajena.pdf", town.pki).read_bytes())
    assert _says(page, Known.FOREIGN_SEAL)
    assert "MARÍA" in page
    assert "No sabemos si el certificado fue revocado." in page
    assert not re.search(r"\b[A-Z]{4}\d{6}[A-Z0-9]{3,8}\b", page)


def test_without_the_register_the_signatures_are_judged_all_the_same(town: Town, options: WebOptions) -> None:
    away = replace(town.runtime, database=Database("postgresql+psycopg://nadie@127.0.0.1:1/nada"))
    visitor = Visitor(create_app(away, options))
    page = replace(town, visitor=visitor).shown(town.sealed)
    assert _says(page, Known.UNASKED)
    assert "MARÍA" in page
    assert visitor.get("/v/AAAA-AAAA-AAAA-AAAA").status_code == 503


def test_without_the_sandbox_ours_is_known_and_the_rest_is_for_later(town: Town, options: WebOptions) -> None:
    class Away(Sandbox):
        def call(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise SandboxUnavailable("no isolation")

    visitor = Visitor(create_app(replace(town.runtime, sandbox=Away()), options))
    assert _says(replace(town, visitor=visitor).shown(town.sealed), Known.EXACT_SEALED)
    response = visitor.send("/verificar", {"documento": File(town.sealed + b"x")})
    assert response.status_code == 503
    assert "no podemos examinar archivos" in response.text


def test_nothing_that_is_verified_is_kept_or_sealed(town: Town) -> None:
    def rows() -> dict[str, int]:
        with town.runtime.database.reading() as session:
            tables = Base.metadata.sorted_tables
            return {each.name: session.scalar(select(func.count()).select_from(each)) or 0 for each in tables}

    assert {Job.__tablename__, StoredObject.__tablename__} <= set(rows())
    before = rows()
    changed = later(town.sealed, blackened)
    for content in (town.sealed, changed, saying("hola"), b"nada", b"\x89PNG\r\n\x1a\n"):
        town.shown(content)
        town.visitor.client.post("/api/v1/verificaciones", data=content, content_type="application/pdf")
    values = {"documento": File(changed), "hasta": str(len(town.sealed))}
    town.visitor.send("/verificar/version-firmada", values, page="/verificar")
    assert rows() == before
    assert list(town.runtime.spool.iterdir()) == []


def test_a_file_that_nobody_knows_is_not_called_ours(visitor: Visitor, tmp_path: Path) -> None:
    pdf = blank_pdf(tmp_path / "ajeno.pdf", "ajeno").read_bytes()
    response = visitor.send("/verificar", {"documento": File(pdf, "ajeno <b>.pdf")})
    assert response.status_code == 200
    assert _says(response.text, Known.UNKNOWN)
    assert "El archivo no lleva ninguna firma electrónica" in response.text
    assert "ajeno &lt;b&gt;.pdf" in response.text
    assert "válid" not in response.text.lower()


def test_whoever_has_a_copy_of_a_paper_does_not_learn_that_it_was_filed(visitor: Visitor, tmp_path: Path) -> None:
    pdf = blank_pdf(tmp_path / "propio.pdf", "propio").read_bytes()
    folio = visitor.filed(forma="pdf", principal=File(pdf))
    page = visitor.send("/verificar", {"documento": File(pdf)}).text
    assert folio not in page
    assert _says(page, Known.UNKNOWN)


@pytest.mark.parametrize("content", [b"hola", b"%PDF-1.7\n", b"\x00" * 3000])
def test_what_is_no_document_is_told_as_such(visitor: Visitor, content: bytes) -> None:
    response = visitor.send("/verificar", {"documento": File(content, "x.pdf")})
    assert response.status_code == 200
    assert _says(response.text, Known.UNREADABLE)


def test_an_image_is_told_to_be_one(visitor: Visitor) -> None:
    image = io.BytesIO()
    Image.new("RGB", (20, 20)).save(image, "PNG")
    page = visitor.send("/verificar", {"documento": File(image.getvalue(), "captura.png", "image/png")}).text
    assert _says(page, Known.IMAGE)
    assert "No conocemos este archivo" not in page


@pytest.mark.parametrize("values", [{}, {"documento": File(b"", "vacio.pdf")}, {"documento": "texto"}])
def test_no_file_is_a_fault(visitor: Visitor, values: dict[str, object]) -> None:
    response = visitor.send("/verificar", values)
    assert response.status_code == 422
    assert len(faults(response)) == 1
