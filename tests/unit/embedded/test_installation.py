"""The embedded installation: secrets made once, ports kept, each process told only what it may know."""

import json
import socket
import stat
from pathlib import Path

import pytest

from oficialia.embedded.folder import FolderBusy, is_busy
from oficialia.embedded.installation import known, opened
from oficialia.embedded.ports import LOOPBACK, answers, free_ports, is_free
from oficialia.embedded.process import ServiceFailed
from oficialia.seal_settings import SEAL_FIELDS
from oficialia.setting_groups import ProcessSettings
from oficialia.settings import (
    PROCESSES,
    BeatSettings,
    CliSettings,
    WebSettings,
    WitnessSettings,
    WorkerSettings,
    load,
    variable,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo"


def test_secrets_and_ports_are_kept(folder: Path) -> None:
    with opened(folder) as first:
        pass
    with opened(folder) as second:
        pass
    assert (dict(first.secrets), dict(first.ports)) == (dict(second.secrets), dict(second.ports))
    assert len(set(first.secrets.values())) == len(first.secrets)
    assert len(set(first.ports.values())) == len(first.ports)


def test_only_the_owner_reads_the_secrets(folder: Path) -> None:
    with opened(folder) as installation:
        assert stat.S_IMODE((folder / "entorno.json").stat().st_mode) == 0o600
        assert not any(secret in repr(installation) for secret in installation.secrets.values())


def test_a_port_that_was_taken_meanwhile_is_replaced_and_the_others_stay(folder: Path) -> None:
    with opened(folder) as first:
        pass
    with socket.create_server((LOOPBACK, first.ports["valkey"])), opened(folder) as second:
        assert second.ports["valkey"] != first.ports["valkey"]
        assert {**second.ports, "valkey": 0} == {**first.ports, "valkey": 0}


def test_one_installation_is_run_once(folder: Path) -> None:
    assert not is_busy(folder)
    with opened(folder):
        assert is_busy(folder)
        with pytest.raises(FolderBusy, match="Ya hay una oficina funcionando"), opened(folder):
            pass
    assert not is_busy(folder)


def test_an_installation_that_is_running_may_be_known_beside_it(folder: Path) -> None:
    with opened(folder) as running, socket.create_server((LOOPBACK, running.ports["valkey"])):
        assert known(folder) == running


def test_a_folder_without_an_installation_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceFailed, match="no hay ninguna oficina"):
        known(tmp_path)


# A witness is somebody else's, and is told by options what it needs.
OFFICE = [process for process in PROCESSES if process is not WitnessSettings]


@pytest.mark.parametrize("process", OFFICE, ids=lambda process: process.process)
def test_each_process_gets_what_it_declares_and_no_secret_besides(
    process: type[ProcessSettings], folder: Path, development_pki: Path
) -> None:
    with opened(folder) as installation:
        (folder / "pki").symlink_to(development_pki)
        environment = installation.environment(process, 8123)
        load(process, environment)
    declared = {variable(name) for name in process.model_fields}
    given = {name.removesuffix("_FILE") for name in environment if name.startswith("OFICIALIA_")}
    assert given <= declared


def test_only_the_worker_is_told_where_the_seal_is(folder: Path) -> None:
    seal = {variable(name) for name in SEAL_FIELDS} | {variable("seal_password") + "_FILE"}
    with opened(folder) as installation:
        told = {process for process in PROCESSES if seal & set(installation.environment(process, 8123))}
    assert told == {WorkerSettings}


def test_beat_knows_the_broker_only(folder: Path) -> None:
    with opened(folder) as installation:
        environment = installation.environment(BeatSettings, 8123)
    assert {name for name in environment if name.startswith("OFICIALIA_")} == {"OFICIALIA_ENV", "OFICIALIA_REDIS_URL"}


def test_a_setting_of_whoever_starts_the_office_comes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFICIALIA_ENV", "demo")
    monkeypatch.setenv("OFICIALIA_DATABASE_URL", "postgresql://otra")
    with opened(folder) as installation:
        environment = installation.environment(CliSettings, 8123)
        assert environment["OFICIALIA_DATABASE_URL"] == "postgresql://otra"
        assert "OFICIALIA_DATABASE_URL" not in installation.environment(BeatSettings, 8123)


def test_the_settings_of_a_production_at_hand_are_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OFICIALIA_ENV", raising=False)
    monkeypatch.setenv("OFICIALIA_DATABASE_URL", "postgresql://produccion")
    with opened(folder) as installation:
        environment = installation.environment(WebSettings, 8000)
    assert environment["OFICIALIA_DATABASE_URL"].startswith("sqlite:")


def test_the_public_address_follows_the_port(folder: Path) -> None:
    with opened(folder) as installation:
        assert installation.environment(WebSettings, 8123)["OFICIALIA_PUBLIC_URL"] == "http://127.0.0.1:8123"


def test_an_installation_from_before_gets_what_it_lacks(folder: Path) -> None:
    folder.mkdir()
    (folder / "entorno.json").write_text(json.dumps({"secretos": {"hmac": "a" * 64}, "puertos": {}}), "utf-8")
    with opened(folder) as installation:
        assert installation.secrets["hmac"] == "a" * 64
        assert len(installation.secrets["sesion"]) == 64


def test_free_ports_are_different_and_outside_the_range_of_the_kernel() -> None:
    ports = free_ports(20)
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("utf-8").split()[0])
    assert len(set(ports)) == 20
    assert max(ports) < lowest
    assert all(is_free(port) and not answers(port) for port in ports)
