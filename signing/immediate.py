"""Running the coroutines of pyHanko's validators without an event loop.

They are coroutines because they could fetch what they lack. Ours never may, so there is nothing that they wait for, and
an event loop for each would take a millisecond.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def immediate(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives. Raises RuntimeError when it waits for something."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("a validator waits for something")
