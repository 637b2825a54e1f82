"""Policies: whose signatures are enough, in the form of c2sp.org/tlog-policy."""

import pytest

from signing.errors import NoteInvalid
from signing.note import WITNESS, Note, SignerKey
from signing.tlog_policy import TlogPolicy

TEXT = "chalco.example/libro\n1\nAAAA\n"
AT = 1_795_650_000
LOG_KEY = SignerKey.generate("chalco.example/libro")
OTHER_LOG = SignerKey.generate("otro.example/libro")
WITNESSES = {name: SignerKey.generate(f"{name}.example/w", WITNESS) for name in ("contraloria", "colegio", "vecinos")}
LINES = "\n".join(
    [
        "# Quién firma el libro",
        f"log {LOG_KEY.verifier} https://chalco.example/libro",
        "",
        *(f" witness\t{name} {key.verifier}" for name, key in WITNESSES.items()),
        "group afuera any colegio vecinos",
        "group todos all contraloria afuera",
        "quorum todos",
    ]
)


def policy(text: str = LINES) -> TlogPolicy:
    return TlogPolicy.parse(f"{text}\n".encode())


def signed(*names: str, by: SignerKey = LOG_KEY) -> Note:
    return Note(TEXT, (by.sign(TEXT), *(WITNESSES[name].sign(TEXT, at=AT) for name in names)))


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        (["contraloria", "colegio"], True),
        (["contraloria", "vecinos"], True),
        (["colegio", "vecinos"], False),
        (["contraloria"], False),
        ([], False),
    ],
)
def test_enough_witnesses_are_as_many_as_the_quorum_says(names: list[str], enough: bool) -> None:
    judged = policy().judge(signed(*names))
    assert judged.good == judged.enough == enough
    assert [each.key.name for each in judged.witnesses] == [f"{name}.example/w" for name in names]


def test_without_a_quorum_the_log_alone_is_enough_and_nothing_is_without_the_log() -> None:
    alone = policy(f"log {LOG_KEY.verifier}\nquorum none")
    assert alone.judge(signed()).good
    judged = policy().judge(signed("contraloria", "colegio", by=OTHER_LOG))
    assert (judged.log, judged.enough, judged.good) == (None, True, False)


def test_a_log_signs_for_its_own_origin_alone() -> None:
    both = policy(f"log {LOG_KEY.verifier}\nlog {OTHER_LOG.verifier}\nquorum none")
    assert both.judge(signed(by=OTHER_LOG)).log is None


def test_addresses_are_kept() -> None:
    read = policy(f"log {LOG_KEY.verifier}\nwitness a {WITNESSES['colegio'].verifier} http://a.example\nquorum a")
    assert (read.logs[0].url, read.witnesses[0].url, read.witnesses[0].name) == ("", "http://a.example", "a")


CHANGES = [
    ("quorum todos", ""),
    ("quorum todos", "quorum todos\nquorum todos"),
    ("quorum todos", "quorum nadie"),
    ("quorum todos", "quorum todos más"),
    ("any colegio", "0 colegio"),
    ("any colegio", "3 colegio"),
    ("any colegio", "x colegio"),
    ("any colegio vecinos", "any"),
    ("any colegio vecinos", "all colegio colegio"),
    ("all contraloria afuera", "all contraloria colegio"),
    ("all contraloria afuera", "all contraloria desconocida"),
    ("group afuera", "group colegio"),
    ("group afuera", "group none"),
    ("log ", "logs "),
    (str(LOG_KEY.verifier), str(LOG_KEY.verifier)[:-4]),
    (str(LOG_KEY.verifier), str(WITNESSES["colegio"].verifier)),
    (str(WITNESSES["colegio"].verifier), str(WITNESSES["vecinos"].verifier)),
    ("# Quién", "\x00"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))  # the keys are new each time, and no names for tests
def test_nothing_else_is_a_policy(number: int) -> None:
    change = CHANGES[number]
    assert change[0] in LINES
    with pytest.raises(NoteInvalid):
        policy(LINES.replace(*change))
