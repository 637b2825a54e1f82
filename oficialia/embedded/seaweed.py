"""SeaweedFS, the embedded S3 server: credentials and signing keys always set, loopback only, no telemetry.

The lock of its objects binds S3 clients; whoever holds the machine can still delete what is on its disk.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from oficialia.embedded.ports import LOOPBACK, answers, free_ports, is_free
from oficialia.embedded.process import Program, ServiceFailed
from storage.bucket import Bucket
from storage.errors import StorageError

REGION = "us-east-1"
# Its admin service insists on a second port, this much above the first.
ADMIN_OFFSET = 10_000
PORTS = ("s3", "s3.grpc", "master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "admin")
# What its garbage collector may count on. It holds 190 MiB; with 256 a filing costs it 200 ms, with this 40.
MEMORY = "512MiB"
# Without these four keys anybody who reaches the filer's port can delete objects, locked ones too.
JWT_KEYS = (
    "WEED_JWT_SIGNING_KEY",
    "WEED_JWT_SIGNING_READ_KEY",
    "WEED_JWT_FILER_SIGNING_KEY",
    "WEED_JWT_FILER_SIGNING_READ_KEY",
)
OPTIONS = (
    f"-ip={LOOPBACK}",
    f"-ip.bind={LOOPBACK}",
    "-master.telemetry=false",
    # Without this, a GET on the master's port (`/col/delete`) erases a whole bucket: no key guards it, and any page
    # open in a browser of this machine can send it.
    "-disableHttp",
    # Small volumes and many of them: a volume is reserved whole on the disk of whoever tries the demo.
    "-master.volumeSizeLimitMB=64",
    "-volume.max=2000",
    # A name of its own, so that the volumes are found again after a change of ports.
    "-volume.id=oficialia",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-webdav=false",
    "-admin.ui=false",
    # There is one volume server: nobody else has to be told before it stops.
    "-volume.preStopSeconds=0",
)


@dataclass(frozen=True)
class SeaweedFS:
    """One server: its folder, its ports by name (see PORTS), its credentials, the secret of its inner signatures."""

    folder: Path
    ports: dict[str, int]
    access_key: str
    secret_key: str
    inner_secret: str

    @property
    def endpoint(self) -> str:
        """The address that S3 clients use."""
        return f"http://{LOOPBACK}:{self.ports['s3']}"

    def bucket(self, name: str) -> Bucket:
        """A client of one of its buckets."""
        return Bucket(self.endpoint, self.access_key, self.secret_key, bucket=name, region=REGION)

    def program(self) -> Program:
        """The server, ready when it took an object and gave it back, and when its PUTs reach the disk."""
        data = self.folder / "datos"
        data.mkdir(parents=True, exist_ok=True)
        ports = [f"-{_option(name)}={port}" for name, port in self.ports.items()]
        identities = f"-s3.config={self._write_identities()}"
        argv = (_weed(), "-logtostderr=true", "mini", f"-dir={data}", identities, *OPTIONS, *ports)
        return Program("seaweedfs", argv, self._environment(), self._ready, self._remove_sockets, quiet=True)

    def _environment(self) -> dict[str, str]:
        keys = {name: hashlib.sha256(f"{name}:{self.inner_secret}".encode()).hexdigest() for name in JWT_KEYS}
        return {**keys, "GOMEMLIMIT": MEMORY, "HOME": str(self.folder), "TMPDIR": str(self.folder)}

    def _write_identities(self) -> Path:
        identity = {
            "name": "oficialia",
            "credentials": [{"accessKey": self.access_key, "secretKey": self.secret_key}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        path = self.folder / "identidades.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"identities": [identity]}))
        return path

    def _ready(self) -> bool:
        if not answers(self.ports["s3"]):
            return False
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"listo")
            file.flush()
            try:
                probe = self.bucket("arranque")
                probe.ensure(retention_days=0)
                digest = hashlib.sha256(b"listo").hexdigest()
                probe.put(f"arranque/{uuid.uuid4()}", Path(file.name), sha256=digest, media_type="text/plain")
            except StorageError:
                return False
        return self._flush_every_put()

    def _flush_every_put(self) -> bool:
        """Tell the filer to flush each object to disk before it answers; kept by the filer, cheap to repeat."""
        servers = [
            f"-{name}={LOOPBACK}:{self.ports[name]}.{self.ports[name + '.grpc']}" for name in ("master", "filer")
        ]
        done = subprocess.run(
            [_weed(), "shell", *servers],
            input=b"fs.configure -locationPrefix=/buckets/ -fsync -apply\n",
            env=self._environment(),
            capture_output=True,
            timeout=20,
            check=False,
        )
        return b'"fsync":  true' in done.stdout

    def _remove_sockets(self) -> None:
        for port in (*self.ports.values(), self.ports["admin"] + ADMIN_OFFSET):
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 - where the server puts them
                socket.unlink(missing_ok=True)


def choose_ports() -> dict[str, int]:
    """A free port for each part of the server."""
    while True:
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        if is_free(ports["admin"] + ADMIN_OFFSET):
            return ports


def _option(name: str) -> str:
    service, _, kind = name.partition(".")
    return f"{service}.port.{kind}" if kind else f"{service}.port"


def _weed() -> str:
    weed = Path(sys.executable).parent / "weed"
    if not weed.exists():
        raise ServiceFailed("Falta el servidor SeaweedFS: instale requirements/embedded.txt (make lo hace).")
    return str(weed)
