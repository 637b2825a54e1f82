"""Passwords and one-time codes: how they are kept, and that no code is taken twice."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from oficialia.services import credentials
from oficialia.services.credentials import code_at, hash_password, is_password, step_of, weakness

SECRET = b"12345678901234567890"  # of RFC 6238, appendix B
AT = datetime(2026, 11, 23, 17, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, at) == code
    assert step_of(code, SECRET, last=0, at=at) == seconds // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_one_step_to_each_side(steps: int, taken: bool) -> None:
    code = code_at(SECRET, AT + steps * STEP)
    assert (step_of(code, SECRET, last=0, at=AT) is not None) is taken


def test_a_code_is_taken_once_and_none_before_it_is_taken_later() -> None:
    code, earlier = code_at(SECRET, AT), code_at(SECRET, AT - STEP)
    used = step_of(code, SECRET, last=0, at=AT)
    assert used is not None
    assert step_of(code, SECRET, last=used, at=AT) is None
    assert step_of(code, SECRET, last=used, at=AT + STEP) is None
    assert step_of(earlier, SECRET, last=used, at=AT) is None
    assert step_of(code_at(SECRET, AT + STEP), SECRET, last=used, at=AT + STEP) == used + 1


@pytest.mark.parametrize("typed", ["", "abc", "1234567", "ñ", "１２３４５６"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert step_of(typed, SECRET, last=0, at=AT) is None


def test_a_code_may_be_typed_in_groups() -> None:
    code = code_at(SECRET, AT)
    assert step_of(f" {code[:3]} {code[3:]} ", SECRET, last=0, at=AT) is not None


def test_the_authenticator_is_told_what_it_needs() -> None:
    uri = credentials.provisioning_uri(SECRET, "ana", "Oficialía de Partes")
    assert uri.startswith("otpauth://totp/Oficial%C3%ADa%20de%20Partes:ana?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in uri


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    kept = [hash_password("una frase larga") for _ in range(2)]
    assert all(each.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for each in kept)
    assert kept[0] != kept[1]
    assert is_password("una frase larga", kept[0])
    assert not is_password("una frase larga ", kept[0])


def test_a_password_kept_with_other_parameters_is_still_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "MEMORY_KIB", 1024)
    kept = hash_password("una frase larga")
    monkeypatch.undo()
    assert "m=1024" in kept
    assert is_password("una frase larga", kept)


def test_a_letter_typed_in_pieces_is_the_same_letter() -> None:
    assert is_password("contrasen\u0303a de Peña", hash_password("contraseña de Pen\u0303a"))


def test_generated_passwords_are_strong_and_can_be_read_aloud() -> None:
    made = {credentials.make_password() for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"([346789a-hjkmnpqrtuwxy]{5}-){3}[346789a-hjkmnpqrtuwxy]{5}", each) for each in made)
    assert not any(weakness(each, "ana") for each in made)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("corta", "Escriba 12 caracteres o más"),
        ("x" * 201, "Escriba 200 caracteres o menos"),
        ("la de ANA2 es esta", "nombre de usuario"),
        ("aaaaabbbbbccccc", "repite mucho"),
        ("una frase larga y propia", ""),
        ("ñandú añejo y señal", ""),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(password: str, sentence: str) -> None:
    assert sentence in weakness(password, "ana2")
    assert bool(weakness(password, "ana2")) is bool(sentence)
