"""A mail server that delivers nothing: each message becomes an .eml file in a folder, where a person can read it.

python -m oficialia.embedded.mail_server PORT FOLDER
"""

import asyncio
import signal
import sys
import time
import uuid
from email.message import Message
from pathlib import Path

from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP

from oficialia.embedded.ports import LOOPBACK

# The largest acuse with its attachments, in base64, with room to spare.
LARGEST_BYTES = 64 * 1024 * 1024


class Folder(MessageHandler):
    """Keeps each message as a file, whole or not at all, named so that they sort by arrival."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def handle_message(self, message: Message) -> None:
        """Write one message; the SMTP dialogue says 250 only after it."""
        name = f"{time.time_ns()}-{uuid.uuid4().hex[:8]}"
        draft = self._folder / f".{name}"
        draft.write_bytes(message.as_bytes())
        draft.rename(self._folder / f"{name}.eml")


async def serve(port: int, folder: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    handler = Folder(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST_BYTES), LOOPBACK, port
    )
    async with server:
        await stopping.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
