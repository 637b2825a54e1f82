"""The sello is believed under its own certificate only, and for its own text only."""

import base64
from pathlib import Path

import pytest

from signing.identity import SealIdentity
from signing.sello import sello_fits

CADENA = "||OPD1|OP-2026-000123-5||"


@pytest.fixture
def sello(identity: SealIdentity) -> str:
    return base64.b64encode(identity.sign(CADENA.encode())).decode()


def test_the_sello_of_the_office_fits_its_cadena(identity: SealIdentity, sello: str) -> None:
    assert sello_fits(identity.certificate_pem, CADENA, sello)


def test_another_cadena_does_not(identity: SealIdentity, sello: str) -> None:
    assert not sello_fits(identity.certificate_pem, CADENA.replace("123", "124"), sello)


def test_another_certificate_does_not(development_pki: Path, sello: str) -> None:
    assert not sello_fits((development_pki / "raiz.pem").read_text(), CADENA, sello)


@pytest.mark.parametrize("wrong", ["", "AAAA", "no es base64", "Ñ"])
def test_what_is_no_sello_does_not(identity: SealIdentity, wrong: str) -> None:
    assert not sello_fits(identity.certificate_pem, CADENA, wrong)


def test_what_is_no_certificate_does_not(sello: str) -> None:
    assert not sello_fits("no es un certificado", CADENA, sello)
