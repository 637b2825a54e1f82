"""The table counts each outcome by class and kind."""

from oficialia.embedded.corpus import table
from oficialia.embedded.corpus.judging import Requirement
from tests.unit.embedded.corpus.samples import result


def test_a_line_for_each_kind_and_one_for_its_class() -> None:
    lines = table.by_kind(
        [
            result("hostile", "refused:ilegible", kind="bomb", seconds=2.0, peak_mib=300.4),
            result("accept", "sealed-visible"),
            result("hostile", "wrapped", kind="odd"),
            result("hostile", "error:http-500", kind="bomb", seconds=4.0),
        ]
    )
    assert [line.split() for line in lines if "─" not in line] == [
        [
            "clase",
            "tipo",
            "archivos",
            "visible",
            "invisible",
            "carátula",
            "rechazo",
            "error",
            "s",
            "med",
            "s",
            "máx",
            "MiB",
        ],
        ["accept", "k", "1", "1", "1.0", "1.0", "100"],
        ["hostile", "bomb", "2", "1", "1", "3.0", "4.0", "300"],
        ["hostile", "odd", "1", "1", "1.0", "1.0", "100"],
        ["hostile", "(todos)", "3", "1", "1", "1", "2.0", "4.0", "300"],
    ]
    assert lines[2].index("1", 8) == lines[0].index("archivos") + len("archivos") - 1


def test_who_missed_a_requirement_stands_below_it_and_a_crowd_is_cut_short() -> None:
    lines = table.requirements([Requirement("a", 3, ()), Requirement("b", 30, tuple(str(n) for n in range(25)))])
    assert lines[0] == "cumple  3/3  a"
    assert lines[1] == "NO      5/30  b"
    assert lines[-1].strip() == "y 5 más"
    assert len(lines) == 2 + table.MOST_MISSED + 1
