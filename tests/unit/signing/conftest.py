"""What the tests of sealing share.

office   Office          an engine without a time-stamping authority, and a folder of its own
tsa      DummyTimeStamper   the PKI's time-stamping authority, stamping with the time `now`
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from signing.identity import SealIdentity
from signing.sandbox import Sandbox
from signing.seal import SealEngine
from signing.trust import TrustAnchors, load_anchors
from tests.support.sealing import Office
from tests.support.tsa import authority


@pytest.fixture(scope="session")
def seal_sandbox() -> Iterator[Sandbox]:
    """One warm sandbox."""
    box = Sandbox()
    yield box
    box.close()


@pytest.fixture(scope="session")
def anchors(development_pki: Path) -> TrustAnchors:
    """The root of the development PKI."""
    return load_anchors(development_pki / "anclas")


@pytest.fixture(scope="session")
def identity(development_pki: Path) -> SealIdentity:
    """The municipality's seal."""
    password = (development_pki / "sello.password").read_text().strip()
    return SealIdentity.from_pkcs12(development_pki / "sello.p12", password)


@pytest.fixture(scope="session")
def tsa(development_pki: Path, now: datetime) -> DummyTimeStamper:
    """The time-stamping authority."""
    return authority(development_pki / "tsa.p12", (development_pki / "tsa.password").read_text().strip(), now)


@pytest.fixture
def office(
    seal_sandbox: Sandbox, identity: SealIdentity, development_pki: Path, tmp_path: Path, now: datetime
) -> Office:
    """An office without a time-stamping authority."""
    anchors = load_anchors(development_pki / "anclas")
    engine = SealEngine(seal_sandbox, identity, timestamper=None, anchors=anchors)
    return Office(engine, seal_sandbox, identity, anchors, tmp_path, now, development_pki)
