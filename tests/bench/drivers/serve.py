"""How a driver works: a line of JSON in, `{"source", "target", "visible"}`; a line out.

The answer is `{"ms", "child_mib"}` or `{"error"}`.
"""

import json
import sys
import time
from collections.abc import Callable


def serve(seal: Callable[[str, str, bool], float | None]) -> None:
    """Answer until the input ends. What is timed is one call, from file to file, in a process that is warm.

    `seal` gives the peak (MiB) of a child that did part of the work, if there was one.
    """
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        try:
            child = seal(asked["source"], asked["target"], asked["visible"])
            answer: dict[str, object] = {"ms": (time.perf_counter() - began) * 1000, "child_mib": child or 0.0}
        except Exception as fault:  # noqa: BLE001  (a rival that cannot is a result, not a fault of the bench)
            answer = {"error": f"{type(fault).__name__}: {fault}"[:200]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
