"""What became of it, read from the register and told by `oficialia revisar`; and the table."""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import Database, DatabaseUnavailable
from oficialia.domain.filing import Etapa
from oficialia.models import Acuse, Document, Filing, LedgerHead, LedgerLeaf
from tests.battery.citizens import Crowd
from tests.battery.killer import Death
from tests.battery.site import Site

ROOT = Path(__file__).resolve().parents[2]
ONCE = Counter({"ingreso": 1, "sello": 1, "acuse": 1})
REVIEW_SECONDS = 600


@dataclass(frozen=True)
class Verdict:
    """The counts of one round."""

    database: str
    kills: Counter[str]
    forms: int
    acknowledged: int
    lost: list[str]
    doubled: list[str]
    gaps: int
    unfinished: list[str]
    refusals: dict[int, int]
    heal: list[float]
    review: int  # exit status of `oficialia revisar`
    review_words: str
    faults: list[str]

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        bad = self.lost or self.doubled or self.gaps or self.unfinished or self.faults
        return not bad and self.review == 0 and self.acknowledged == self.forms


def served(database: Database) -> set[str]:
    """The folios that have their acuse; none while the database is down."""
    try:
        with database.reading() as session:
            return set(session.scalars(select(Filing.folio).where(Filing.etapa == Etapa.ACUSE_LISTO)))
    except DatabaseUnavailable:
        return set()


def judge(site: Site, crowd: Crowd, deaths: list[Death]) -> Verdict:
    """Compare what citizens were told with what the office has."""
    database = site.database()
    with database.reading() as session:
        filings = {filing.folio: filing for filing in session.scalars(select(Filing))}
        lost, unfinished = [], []
        for told in crowd.acknowledged:
            filing = filings.get(told.folio)
            if filing is None or not _has(session, filing, told.sha256):
                lost.append(told.folio)
            elif filing.etapa != Etapa.ACUSE_LISTO:
                unfinished.append(told.folio)
        doubled = _doubled(session, crowd, filings)
        gaps = _gaps(session, filings)
        heal = _heal(session, deaths)
    database.close()
    status, words = review(site)
    return Verdict(
        database="PostgreSQL" if site.on_postgres else "SQLite",
        kills=Counter(death.victim for death in deaths),
        forms=crowd.forms,
        acknowledged=len(crowd.acknowledged),
        lost=lost,
        doubled=doubled,
        gaps=gaps,
        unfinished=unfinished,
        refusals=dict(crowd.refusals),
        heal=heal,
        review=status,
        review_words=words,
        faults=crowd.faults,
    )


def _has(session: Session, filing: Filing, sha256: str) -> bool:
    digests = session.scalars(select(Document.sha256).where(Document.filing_id == filing.id)).all()
    return sha256 in digests if sha256 else bool(digests)


def _doubled(session: Session, crowd: Crowd, filings: dict[str, Filing]) -> list[str]:
    """Folios told twice, filings that nobody was told of, and filings with an act too many or too few."""
    told = Counter(each.folio for each in crowd.acknowledged)
    found = [f"{folio}: told {count} times" for folio, count in told.items() if count > 1]
    found += [f"{folio}: nobody was told" for folio in filings if folio not in told]
    for filing in filings.values():
        acts = Counter(session.scalars(select(LedgerLeaf.act).where(LedgerLeaf.filing_id == filing.id)))
        del acts["edicion"]
        if filing.etapa == Etapa.ACUSE_LISTO and acts != ONCE:
            found.append(f"{filing.folio}: {dict(acts)}")
    return found


def _gaps(session: Session, filings: dict[str, Filing]) -> int:
    sequences = sorted(filing.sequence for filing in filings.values())
    indexes = list(session.scalars(select(LedgerLeaf.index).order_by(LedgerLeaf.index)))
    in_order = [filing.sequence for filing in sorted(filings.values(), key=lambda each: each.registered_at)]
    missing = len(set(range(1, len(sequences) + 1)) ^ set(sequences))
    dense = indexes == list(range(session.get_one(LedgerHead, 1).size))
    return missing + (in_order != sequences) + (not dense)


def _heal(session: Session, deaths: list[Death]) -> list[float]:
    """Seconds from each death until a filing that came in after it had its acuse."""
    rows = session.execute(
        select(Filing.received_at, Acuse.issued_at).join(Acuse, Acuse.filing_id == Filing.id).where(Acuse.edition == 1)
    ).all()
    times = [(received.timestamp(), issued.timestamp()) for received, issued in rows]
    found = [
        min((issued - death.at for received, issued in times if received > death.at), default=None) for death in deaths
    ]
    return [seconds for seconds in found if seconds is not None]


def review(site: Site) -> tuple[int, str]:
    """`oficialia revisar` on this office, as the technician runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "oficialia.cli", "revisar"],
        cwd=ROOT, env=site.environment(), capture_output=True, text=True, timeout=REVIEW_SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr)[-3000:]


def table(verdicts: list[Verdict]) -> str:
    """The table of all rounds."""
    rows: list[tuple[str, list[str]]] = [
        ("", [verdict.database for verdict in verdicts]),
        ("muertes (SIGKILL)", [str(verdict.kills.total()) for verdict in verdicts]),
        ("formularios llenados", [str(verdict.forms) for verdict in verdicts]),
        ("con folio mostrado", [str(verdict.acknowledged) for verdict in verdicts]),
        ("perdidos", [str(len(verdict.lost)) for verdict in verdicts]),
        ("duplicados", [str(len(verdict.doubled)) for verdict in verdicts]),
        ("huecos en folios u hojas", [str(verdict.gaps) for verdict in verdicts]),
        ("sin terminar", [str(len(verdict.unfinished)) for verdict in verdicts]),
        ("envíos sin respuesta o con 5xx", [str(sum(verdict.refusals.values())) for verdict in verdicts]),
        (
            "segundos hasta sanar: mediana",
            [f"{median(verdict.heal):.1f}" if verdict.heal else "-" for verdict in verdicts],
        ),
        (
            "segundos hasta sanar: el mayor",
            [f"{max(verdict.heal):.1f}" if verdict.heal else "-" for verdict in verdicts],
        ),
        ("oficialia revisar", [f"salida {verdict.review}" for verdict in verdicts]),
    ]
    lines = [f"{name:<34}" + "".join(f"{cell:>14}" for cell in cells) for name, cells in rows]
    victims = sum((verdict.kills for verdict in verdicts), Counter())
    lines.append("murieron: " + ", ".join(f"{name} {count}" for name, count in victims.most_common()))
    total = sum(verdict.acknowledged for verdict in verdicts)
    bad = sum(len(verdict.lost) + len(verdict.doubled) for verdict in verdicts)
    if total and not bad:
        bound = f"con 95 % de confianza, menos de 3/{total} = {3 / total:.2%} por promoción"
        lines.append(f"0 de {total} perdidos o duplicados: {bound}")
    for verdict in verdicts:
        lines += [f"{verdict.database}: {word}" for word in (*verdict.lost, *verdict.doubled, *verdict.unfinished)]
        lines += [f"{verdict.database}: {word}" for word in verdict.faults]
        if verdict.review:
            lines.append(verdict.review_words)
    return "\n".join(lines)
