"""Certificates as SAT writes them can be read and compared, and an e.firma is told from a CSD."""

import string
from pathlib import Path

import pytest
from asn1crypto import pem, x509
from hypothesis import given
from hypothesis import strategies as st
from stdnum.mx import curp, rfc

from certs.profiles import PEOPLE
from signing.efirma import CertificateHolder, holder, readable, serial_number

RFC_OID = bytes.fromhex("060355042d")  # 2.5.4.45


def load(path: Path) -> x509.Certificate:
    content = path.read_bytes()
    return x509.Certificate.load(pem.unarmor(content)[2] if pem.detect(content) else content)


def person(pki: Path, name: str) -> CertificateHolder:
    return holder(load(pki / "ciudadanos" / f"{name}.cer"))


def der(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content


def name_with(value: bytes) -> x509.Name:
    """A name with one attribute, 2.5.4.45, as it comes from outside."""
    pair = der(0x30, RFC_OID + value)
    return x509.Name.load(der(0x30, der(0x31, pair)))


def test_the_efirma_of_a_person_tells_name_rfc_curp_and_number(development_pki: Path) -> None:
    assert person(development_pki, "maria") == CertificateHolder(
        name="MARÍA PEÑA NÚÑEZ",
        rfc="PENM850101AB2",
        curp="PENM850101MMCXXR07",
        organization="MARÍA PEÑA NÚÑEZ",
        serial="30001000000900000001",
        issuer="Autoridad emisora de desarrollo (DEMO)",
        kind="efirma",
    )


def test_the_efirma_of_a_company_tells_its_representative(development_pki: Path) -> None:
    found = person(development_pki, "empresa")
    assert (found.rfc, found.representative_rfc) == ("EDE200101AB0", "PENM850101AB2")
    assert found.curp == "PENM850101MMCXXR07"
    assert found.kind == "efirma"


def test_a_csd_is_told_from_an_efirma(development_pki: Path) -> None:
    assert person(development_pki, "csd").kind == "csd"


def test_the_seal_is_institutional_and_the_time_stamping_authority_is_neither(development_pki: Path) -> None:
    seal = holder(load(development_pki / "sello.pem"))
    assert (seal.kind, seal.organization, seal.rfc) == ("institucional", "Municipio de Chalco (DEMO)", "")
    assert holder(load(development_pki / "tsa.pem")).kind == "otro"


def test_a_serial_that_is_no_sat_number_is_hexadecimal(development_pki: Path) -> None:
    serial = serial_number(load(development_pki / "sello.pem"))
    assert set(serial) <= set(string.hexdigits.upper())


def test_the_rfc_may_be_any_string_type_and_latin_1_keeps_the_enye() -> None:
    printable, utf8, teletex = der(0x13, b"XAXX010101000"), der(0x0C, b"XAXX010101000"), der(0x14, b"XAXX010101000")
    assert name_with(printable) == name_with(utf8) == name_with(teletex)
    assert name_with(der(0x14, b"IA\xd1L750210963")).native == {"unique_identifier": "IAÑL750210963"}


def test_a_genuine_bit_string_is_compared_by_its_bits() -> None:
    one, other = name_with(der(0x03, b"\x00\x01\x02")), name_with(der(0x03, b"\x00\x01\x03"))
    assert one == name_with(der(0x03, b"\x00\x01\x02"))
    assert one != other
    assert one.hashable != other.hashable
    assert one != name_with(der(0x13, b"#03030102"))


def test_the_people_of_the_development_pki_have_right_check_digits() -> None:
    for someone in PEOPLE:
        assert curp.is_valid(someone.curp.removeprefix(" / "))
        assert all(rfc.is_valid(each, validate_check_digits=True) for each in someone.rfc.split(" / "))


@given(st.text())
def test_what_is_shown_is_one_short_line_without_control_or_direction_characters(value: str) -> None:
    shown = readable(value)
    assert len(shown) <= 200
    assert shown == shown.strip()
    assert shown.isprintable()


def test_sat_certificates_can_be_read_compared_and_classified(corpus: Path) -> None:
    kinds = {}
    for file in sorted(corpus.joinpath("cert").rglob("*.cer")):
        try:
            certificate = load(file)
            found = holder(certificate)
        except ValueError:
            continue  # one file is no certificate
        assert certificate.subject == load(file).subject
        assert certificate.issuer.hashable
        assert found.name
        assert found.rfc, file
        assert found.serial.isdigit(), file
        assert len(found.serial) == 20
        kinds[file.name] = found.kind
    assert len(kinds) > 30
    assert {kind for name, kind in kinds.items() if "_csd" in name} == {"csd"}
    assert kinds["ianl750210963_csd.cer"] == "csd"
    assert kinds["kaho641101b39.cer"] == "efirma"


@pytest.mark.parametrize("name", ["han930228sm9.cer", "zun920208kl4.cer"])
def test_sat_certificates_with_enye_keep_it(corpus: Path, name: str) -> None:
    file = next(corpus.joinpath("cert").rglob(name))
    assert "Ñ" in holder(load(file)).rfc
