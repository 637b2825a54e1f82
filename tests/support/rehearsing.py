"""Makes the document of the sandbox's rehearsal: `python -m tests.support.rehearsing`, from the project's folder."""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from certs.development import make_development_pki
from signing.rehearsal import ANCHOR, AT, DOCUMENT, FOLDER
from tests.support.papers import Paper, sign, write_pdf


def main() -> None:
    """Under a new PKI, whose keys are gone afterwards."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        pki = Path(place, "pki")
        make_development_pki(pki, at=datetime.fromisoformat(AT) - timedelta(hours=1), base_url="http://pki.invalid")
        write_pdf(DOCUMENT, Paper(filled=()))
        sign(DOCUMENT, pki / "sello.p12", (pki / "sello.password").read_text().strip())
        shutil.copyfile(pki / "raiz.pem", ANCHOR)


if __name__ == "__main__":
    main()
