"""Keys of objects."""

from uuid import UUID

import pytest

from storage.keys import object_key, owner_of

FILING = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
DIGEST = "ab" * 32


def test_a_key_is_made_of_filing_purpose_and_digest() -> None:
    assert object_key(FILING, "original", DIGEST, "pdf") == f"expedientes/{FILING}/original/{DIGEST}.pdf"


def test_the_same_bytes_in_another_filing_have_another_key() -> None:
    other = UUID(int=FILING.int + 1)
    assert object_key(FILING, "original", DIGEST, "pdf") != object_key(other, "original", DIGEST, "pdf")


@pytest.mark.parametrize(
    ("purpose", "sha256", "extension"),
    [
        ("../original", DIGEST, "pdf"),
        ("Original", DIGEST, "pdf"),
        ("", DIGEST, "pdf"),
        ("original", DIGEST.upper(), "pdf"),
        ("original", DIGEST[:-1], "pdf"),
        ("original", DIGEST, "pdf/../.."),
        ("original", DIGEST, "PDF"),
        ("original", DIGEST + "\n", "pdf"),
    ],
)
def test_nothing_of_another_shape_reaches_a_key(purpose: str, sha256: str, extension: str) -> None:
    with pytest.raises(ValueError, match="not a part of an object key"):
        object_key(FILING, purpose, sha256, extension)


def test_a_key_tells_whose_it_is_and_why() -> None:
    assert owner_of(object_key(FILING, "original", DIGEST, "pdf")) == (FILING, "original")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "expedientes/",
        f"otros/{FILING}/original/{DIGEST}.pdf",
        f"expedientes/{FILING}/original/{DIGEST}",
        f"expedientes/nadie/original/{DIGEST}.pdf",
        f"expedientes/{FILING}/original/{DIGEST}.pdf\n",
    ],
)
def test_a_key_that_was_not_made_here_tells_nothing(key: str) -> None:
    assert owner_of(key) is None
