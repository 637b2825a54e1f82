"""How the seal is stands in one row, and each change is news once, whoever of many sees it first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from oficialia.runtime import Runtime
from oficialia.services import seal_state
from tests.support.kinds import ON_BOTH
from tests.support.office import TestClock


@ON_BOTH
def test_a_change_is_news_once_among_many_and_keeps_when_it_began(runtime: Runtime, clock: TestClock) -> None:
    database, start = runtime.database, clock.time
    assert seal_state.current(database) is None

    def note(sha256: str, reason: str, after: int) -> int:
        def one(_number: int) -> bool:
            at = start + timedelta(minutes=after)
            return seal_state.note(database, sha256=sha256, valid_until=None, reason=reason, now=at)

        with ThreadPoolExecutor(8) as pool:
            return sum(pool.map(one, range(8)))

    assert note("", "Venció.", 0) == 1
    assert note("", "Venció.", 5) == 0
    state = seal_state.current(database)
    assert state is not None
    assert (state.usable, state.reason, state.since) == (False, "Venció.", start)
    assert note("ab", "", 9) == 1
    state = seal_state.current(database)
    assert state is not None
    assert (state.usable, state.sha256, state.since) == (True, "ab", start + timedelta(minutes=9))
