"""The embedded S3 server keeps what it acknowledged, and nobody without its secrets gets at it."""

import hashlib
import json
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from oficialia.embedded.ports import LOOPBACK
from oficialia.embedded.process import running
from oficialia.embedded.seaweed import SeaweedFS, choose_ports
from storage.bucket import Stored

DATA = uuid.uuid4().bytes * 5_000


def _put(server: SeaweedFS, folder: Path) -> Stored:
    file = folder / "escrito.pdf"
    file.write_bytes(DATA)
    bucket = server.bucket("pruebas")
    bucket.ensure(retention_days=1)
    digest = hashlib.sha256(DATA).hexdigest()
    return bucket.put(f"expedientes/{uuid.uuid4()}", file, sha256=digest, media_type="application/pdf")


def _fetch(server: SeaweedFS, stored: Stored, folder: Path) -> bytes:
    target = folder / "copia.pdf"
    server.bucket("pruebas").fetch(stored.key, stored.version_id, stored.sha256, target)
    return target.read_bytes()


def _new(folder: Path) -> SeaweedFS:
    return SeaweedFS(folder / "s3", choose_ports(), "pruebas", uuid.uuid4().hex, uuid.uuid4().hex)


def _listening() -> dict[int, str]:
    """Each listening TCP port of this machine with its address, as the kernel writes them."""
    found = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if state == "0A":
                address, port = local.split(":")
                found[int(port, 16)] = address
    return found


def test_what_was_acknowledged_survives_kill_9_and_a_change_of_ports(tmp_path: Path) -> None:
    server = _new(tmp_path)
    with running(server.program(), tmp_path / "s3.log") as process:
        stored = _put(server, tmp_path)
        process.kill()
        process.wait()
    moved = replace(server, ports=choose_ports())
    with running(moved.program(), tmp_path / "s3.log"):
        assert _fetch(moved, stored, tmp_path) == DATA


@pytest.mark.parametrize("door", ["filer", "volume", "master", "admin"])
def test_no_inner_door_deletes_a_protected_object(door: str, s3: SeaweedFS, tmp_path: Path) -> None:
    stored = _put(s3, tmp_path)
    base = f"http://{LOOPBACK}:{s3.ports[door]}"
    for method, path in (
        ("DELETE", f"buckets/pruebas/{stored.key}?recursive=true"),
        ("DELETE", f"buckets/pruebas/{stored.key}.versions?recursive=true"),
        ("DELETE", "1,0123456789ab"),
        ("GET", "col/delete?collection=pruebas"),
        ("GET", "vol/vacuum?garbageThreshold=0.0001"),
    ):
        assert requests.request(method, f"{base}/{path}", timeout=10).status_code >= 400
    assert _fetch(s3, stored, tmp_path) == DATA


def test_the_filer_gives_nothing_away(s3: SeaweedFS, tmp_path: Path) -> None:
    stored = _put(s3, tmp_path)
    for path in ("", "buckets/", f"buckets/pruebas/{stored.key}"):
        assert requests.get(f"http://{LOOPBACK}:{s3.ports['filer']}/{path}", timeout=10).status_code >= 400


def test_every_port_is_on_the_loopback(s3: SeaweedFS) -> None:
    listening = _listening()
    loopback = "0100007F"
    assert {listening[port] for port in s3.ports.values()} == {loopback}


def test_no_secret_is_on_the_command_line_and_the_file_with_it_is_private(s3: SeaweedFS) -> None:
    program = s3.program()
    assert not any(secret in word for secret in (s3.secret_key, s3.inner_secret) for word in program.argv)
    assert "-master.telemetry=false" in program.argv
    identities = s3.folder / "identidades.json"
    assert identities.stat().st_mode & 0o077 == 0
    assert json.loads(identities.read_text("utf-8"))["identities"][0]["credentials"][0]["secretKey"] == s3.secret_key


def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path: Path) -> None:
    server = _new(tmp_path)
    with running(server.program(), tmp_path / "s3.log"):
        pass
    sockets = [path for port in server.ports.values() for path in Path("/tmp").glob(f"*-{port}.sock")]  # noqa: S108  # noqa: S108 (where weed puts them)
    assert not sockets
