"""One installation of the embedded default: a folder with everything it keeps, and what each process may know of it."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from oficialia.embedded import responders, seaweed, valkey
from oficialia.embedded.folder import base_environment, locked
from oficialia.embedded.ports import LOOPBACK, free_ports, is_free
from oficialia.embedded.process import ServiceFailed
from oficialia.setting_groups import BucketSettings, ProcessSettings
from oficialia.settings import inherited, variable

SECRETS = ("sesion", "hmac", "valkey", "s3", "s3_interno")
WITNESSES = ("testigo-1", "testigo-2")
PORTS = ("valkey", "correo", "sellos", *WITNESSES)
SEAWEED = "s3:"


@dataclass(frozen=True)
class Installation:
    """Its folder, the secrets made for it once, and the ports that its services keep."""

    folder: Path
    secrets: Mapping[str, str] = field(repr=False)
    ports: Mapping[str, int]

    @property
    def pki(self) -> Path:
        """The development PKI."""
        return self.folder / "pki"

    @property
    def mail(self) -> Path:
        """Where the messages are kept."""
        return self.folder / "correo"

    @property
    def logs(self) -> Path:
        """Where the output of each process is kept."""
        return self.folder / "log"

    @property
    def ledger(self) -> Path:
        """Where the publisher of the ledger keeps what it signed last."""
        return self.folder / "libro"

    def witness(self, name: str) -> Path:
        """Where that witness of the ledger keeps what it cosigned last."""
        return self.folder / name

    @property
    def spool(self) -> Path:
        """Where files in transit are kept."""
        return self.folder / "transito"

    @property
    def drafts(self) -> Path:
        """Where the window keeps drafts."""
        return self.folder / "borradores"

    def seaweed(self) -> seaweed.SeaweedFS:
        """The S3 server."""
        ports = {name.removeprefix(SEAWEED): port for name, port in self.ports.items() if name.startswith(SEAWEED)}
        return seaweed.SeaweedFS(self.folder / "s3", ports, "oficialia", self.secrets["s3"], self.secrets["s3_interno"])

    def environment(self, process: type[ProcessSettings], web_port: int) -> dict[str, str]:
        """All that a process of ours gets: how to run, and of the settings only those that it declares.

        Settings in the environment of who starts the office come first (another database, another limit), but only
        beside OFICIALIA_ENV=demo: somebody with production's variables at hand must not file test papers there.
        """
        declared = {variable(name) for name in process.model_fields}
        settings = {
            name: value for name, value in self._settings(web_port).items() if name.removesuffix("_FILE") in declared
        }
        chosen = inherited(*declared) if inherited("OFICIALIA_ENV") == {"OFICIALIA_ENV": "demo"} else {}
        return {**base_environment(self.folder), **settings, **chosen}

    def _settings(self, web_port: int) -> dict[str, str]:
        s3 = self.seaweed()
        values = {
            "env": "demo",
            "database_url": f"sqlite:///{self.folder / 'oficialia.db'}",
            "public_url": f"http://{LOOPBACK}:{web_port}",
            "contact": "Demostración sin valor legal",
            "redis_url": valkey.url(self.ports["valkey"], self.secrets["valkey"]),
            "s3_endpoint": s3.endpoint,
            "s3_access_key": s3.access_key,
            "s3_secret_key": s3.secret_key,
            "s3_region": seaweed.REGION,
            "s3_bucket": BucketSettings.model_fields["s3_bucket"].default,
            "s3_retention_days": "1",
            "session_secret": self.secrets["sesion"],
            "hmac_secret": self.secrets["hmac"],
            "spool_dir": str(self.spool),
            "drafts_dir": str(self.drafts),
            "trust_dir": str(self.pki / "anclas"),
            "min_free_mb": "200",
            "throttle": "120 per minute; 2000 per hour",
            "seal_pkcs12": str(self.pki / "sello.p12"),
            "seal_password_file": str(self.pki / "sello.password"),
            "ledger_key_file": str(self.pki / "libro.key"),
            "ledger_policy": str(self.pki / "libro.politica"),
            "ledger_dir": str(self.ledger),
            "tsa_url": responders.base_url(self.ports["sellos"]) + "/tsa",
            "tsa_anchors": str(self.pki / "anclas"),
            "ocsp_urls": responders.base_url(self.ports["sellos"]) + "/ocsp",
            "crl_urls": " ".join(responders.base_url(self.ports["sellos"]) + path for path in ("/crl", "/raiz.crl")),
            "smtp_host": LOOPBACK,
            "smtp_port": str(self.ports["correo"]),
            "smtp_tls": "no",
            "smtp_from": "oficialia@chalco.example",
        }
        return {variable(name): value for name, value in values.items()}


@contextmanager
def opened(folder: Path) -> Iterator[Installation]:
    """The installation in `folder`, made on first use, ours alone for the time of the block.

    A port that somebody else took meanwhile is replaced. Raises FolderBusy when another process has it open.
    """
    with locked(folder):
        yield _load(folder.resolve())


def known(folder: Path) -> Installation:
    """The installation in `folder` as it was last opened, which somebody may be running now; nothing is written.

    Raises ServiceFailed when there is none.
    """
    try:
        noted = json.loads((folder / "entorno.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ServiceFailed(f"En {folder} no hay ninguna oficina. Póngala en marcha con «oficialia correr».") from None
    return Installation(folder.resolve(), noted["secretos"], noted["puertos"])


def _load(folder: Path) -> Installation:
    path = folder / "entorno.json"
    noted = json.loads(path.read_text("utf-8")) if path.exists() else {"secretos": {}, "puertos": {}}
    # Hexadecimal, so that each can stand in an address or a configuration file as it is.
    noted["secretos"] = {name: noted["secretos"].get(name) or secrets.token_hex(32) for name in SECRETS}
    noted["puertos"] = _ports(noted["puertos"])
    draft = path.with_suffix(".nuevo")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(noted, indent=1), "utf-8")
    draft.replace(path)
    installation = Installation(folder, noted["secretos"], noted["puertos"])
    for kept in (installation.spool, installation.drafts, installation.ledger, *map(installation.witness, WITNESSES)):
        kept.mkdir(mode=0o700, exist_ok=True)
    return installation


def _ports(kept: Mapping[str, int]) -> dict[str, int]:
    fresh = {**dict(zip(PORTS, free_ports(len(PORTS)), strict=True)),
             **{SEAWEED + name: port for name, port in seaweed.choose_ports().items()}}  # fmt: skip
    return {name: kept[name] if name in kept and is_free(kept[name]) else port for name, port in fresh.items()}
