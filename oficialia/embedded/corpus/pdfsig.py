"""A third party's word on our seals: poppler's `pdfsig`, under limits, because some files hang it or make it flood."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

Word = Literal["acepta", "rechaza", "no-responde", "no-instalado"]
WALL_SECONDS, CPU_SECONDS = 30.0, 20
MEMORY_KIB = 1 << 20
# POSIX counts `ulimit -f` in blocks of 512 bytes: four million bytes of output.
OUTPUT_BLOCKS = 8192
LIMITED = f'ulimit -t {CPU_SECONDS} && ulimit -v {MEMORY_KIB} && ulimit -f {OUTPUT_BLOCKS} && exec "$@"'


def pdfsig(file: Path, field: str) -> Word:
    """Whether pdfsig accepts the signature in the field whose name begins with `field`.

    "no-responde" when it met a limit or died, whatever it had said until then.
    """
    program = shutil.which("pdfsig")
    if not program:
        return "no-instalado"
    told = limited(program, "-nocert", str(file))
    if told is None:
        return "no-responde"
    blocks = re.split(r"^Signature #\d+:", told, flags=re.MULTILINE)[1:]
    ours = [block for block in blocks if f"Signature Field Name: {field}" in block]
    return "acepta" if ours and all("Signature is Valid." in block for block in ours) else "rechaza"


def limited(*argv: str) -> str | None:
    """What a program printed, under limits; None when it did not end by itself."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", LIMITED, "sh", *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(WALL_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode < 0:
            return None
        output.seek(0)
        return output.read().decode(errors="replace")
