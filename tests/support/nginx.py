"""A real nginx with the configuration that `docs/operacion/ejemplos/nginx` gives to towns: only addresses, ports, the
certificate and the folders are the test's."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from ssl import create_default_context

from oficialia.embedded.ports import LOOPBACK, answers, free_ports
from oficialia.embedded.process import Program, running

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/operacion/ejemplos/nginx"
TOWN, HERE = "oficialia.municipio.gob.mx", "localhost"
MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/cuerpos;
    proxy_temp_path {folder}/respuestas;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log off;
    include {folder}/oficialia.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx, its folder (logs, certificate) and its two ports."""

    folder: Path
    tls_port: int
    plain_port: int

    @property
    def url(self) -> str:
        """Where the site is."""
        return f"https://{HERE}:{self.tls_port}"

    @property
    def certificate(self) -> Path:
        """The certificate, which is its own root."""
        return self.folder / "sitio.pem"

    @property
    def log(self) -> Path:
        """The access log."""
        return self.folder / "oficialia.log"

    def connection(self) -> HTTPSConnection:
        """A connection of one's own, for who wants to send byte by byte."""
        context = create_default_context(cafile=str(self.certificate))
        return HTTPSConnection(HERE, self.tls_port, timeout=60, context=context)


def site(folder: Path, *, web_port: int, tls_port: int, plain_port: int) -> str:
    """The example, with what a town changes and what a test must. Raises LookupError when a part is not there."""
    changes: Mapping[str, str] = {
        "server 127.0.0.1:8000;": f"server {LOOPBACK}:{web_port};",
        "    listen [::]:80 default_server;\n": "",
        "    listen [::]:443 ssl http2 default_server;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80 ": f"listen {LOOPBACK}:{plain_port} ",
        "listen 443 ": f"listen {LOOPBACK}:{tls_port} ",
        f"/etc/letsencrypt/live/{TOWN}/fullchain.pem": f"{folder}/sitio.pem",
        f"/etc/letsencrypt/live/{TOWN}/privkey.pem": f"{folder}/sitio.llave",
        TOWN: HERE,
        "/opt/oficialia/": f"{ROOT}/",
        "/etc/nginx/oficialia/": f"{EXAMPLES}/",
        "/var/log/nginx/": f"{folder}/",
    }
    text = (EXAMPLES / "oficialia.conf").read_text("utf-8")
    for old, new in changes.items():
        if old not in text:
            raise LookupError(f"the example has no «{old}»")
        text = text.replace(old, new)
    return text


@contextmanager
def running_nginx(
    folder: Path, tool: Callable[[str], str], *, web_port: int, tls_port: int | None = None
) -> Iterator[Nginx]:
    """nginx before whatever listens on ``web_port``."""
    free, plain_port = free_ports(2)
    started = Nginx(folder, tls_port or free, plain_port)
    _make_certificate(tool("openssl"), folder)
    conf = site(folder, web_port=web_port, tls_port=started.tls_port, plain_port=plain_port)
    (folder / "oficialia.conf").write_text(conf, "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""  # folders of tests are their user's alone
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), "utf-8")
    argv = (tool("nginx"), "-c", f"{folder}/nginx.conf", "-p", str(folder), "-e", f"{folder}/fallas.log")
    with running(Program("nginx", argv, {}, lambda: answers(started.tls_port)), folder / "salida.log"):
        yield started


def _make_certificate(openssl: str, folder: Path) -> None:
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={HERE}", "-addext", f"subjectAltName=DNS:{HERE}",
         "-keyout", folder / "sitio.llave", "-out", folder / "sitio.pem"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
