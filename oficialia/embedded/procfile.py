"""The Procfile: which processes the office has. The same lines serve here and wherever a Procfile is understood."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"(?P<name>[a-z][a-z0-9-]*):\s*(?P<command>\S.*)")


def read(path: Path = ROOT / "Procfile") -> dict[str, str]:
    """Each process's name with its command, in the order of the file. Raises ValueError naming a line that is neither
    an entry, a comment nor empty."""
    commands = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if not match:
            raise ValueError(f"{path.name}, línea {number}: se esperaba «nombre: orden»")
        commands[match["name"]] = match["command"]
    return commands
