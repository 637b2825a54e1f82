"""The manual of `docs/operacion` and its examples agree with the code: commands, settings, limits, sentences, links."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import pytest

from oficialia.cli import cli
from oficialia.domain.wording import megabytes
from oficialia.embedded import procfile
from oficialia.runtime import Limits
from oficialia.seal_settings import SEAL_FIELDS
from oficialia.settings import PROCESSES, WebSettings, variable
from oficialia.web import errors
from signing.tlog_policy import TlogPolicy
from tests.support.nginx import EXAMPLES as NGINX
from workers.app import HARD_SECONDS

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs/operacion"
EXAMPLES = MANUAL / "ejemplos"
UNITS = EXAMPLES / "systemd"
BIN = "/opt/oficialia/.venv/bin"
SEAL_FOLDER, LEDGER_FOLDER = "/etc/oficialia/sello", "/etc/oficialia/libro"
# The process of the Procfile for each unit whose name differs, and the settings of each.
UNIT = {"release": "preparar"}
PROCESS = {"release": "cli"}
COMMANDS = procfile.read()
DEFAULT = re.compile(r"\\\$\\\{\w+:\\-[^}]*\\\}")  # ${PORT:-8000}, as re.escape writes it


def _unit(name: str) -> dict[str, list[str]]:
    """The lines of our unit, and of the drop-in that stands for all of ours."""
    found: dict[str, list[str]] = {}
    for path in (UNITS / "oficialia-.service.d/proteccion.conf", UNITS / f"oficialia-{UNIT.get(name, name)}.service"):
        for line in path.read_text("utf-8").splitlines():
            if line and line[0] not in "#[":
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value)
    return found


def _environment(process: str) -> dict[str, str]:
    lines = (EXAMPLES / f"env/{process}.env").read_text("utf-8").splitlines()
    return dict(shlex.split(line)[0].split("=", 1) for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_process_has_a_unit_with_the_same_command_and_its_own_environment(name: str) -> None:
    unit, command = _unit(name), shlex.split(COMMANDS[name])
    pattern = " ".join(DEFAULT.sub(r"\\S+", re.escape(word)).replace(r"\S+", "\\S+") for word in command)
    [started] = unit["ExecStart"]
    assert re.fullmatch(f"{re.escape(BIN)}/{pattern}", " ".join(shlex.split(started)))
    assert unit["EnvironmentFile"] == [f"/etc/oficialia/{PROCESS.get(name, name)}.env"]


def test_no_process_runs_without_its_walls() -> None:
    for name in COMMANDS:
        unit = _unit(name)
        assert unit["User"] == unit["Group"] != ["root"]
        assert unit["ProtectSystem"] == ["strict"]
        assert unit["NoNewPrivileges"] == ["yes"]
        assert unit["CapabilityBoundingSet"] == [""]
        assert unit["MemoryMax"]


def test_each_writes_only_where_its_settings_say() -> None:
    written = {name: " ".join(_unit(name).get("ReadWritePaths", [])).split() for name in COMMANDS}
    spools = {name: [_environment(name)["OFICIALIA_SPOOL_DIR"]] for name in ("web", "worker")}
    spools["web"].append(_environment("web")["OFICIALIA_DRAFTS_DIR"])
    [beat] = re.findall(r"--schedule (\S+)/\w+ ", _unit("beat")["ExecStart"][0])
    memory = [_environment("publisher")["OFICIALIA_LEDGER_DIR"]]
    assert written == {**spools, "beat": [beat], "dispatcher": [], "publisher": memory, "release": []}
    folders = (EXAMPLES / "tmpfiles.conf").read_text("utf-8")
    for name, folder in [(name, folder) for name, its in written.items() for folder in its]:
        assert re.search(rf"^d {folder} +0700 {_unit(name)['User'][0]} ", folders, re.MULTILINE)


def test_the_users_of_the_units_are_made() -> None:
    made = re.findall(r'^u (\S+) +- "[^":]+" +/nonexistent$', (EXAMPLES / "sysusers.conf").read_text(), re.MULTILINE)
    assert set(made) == {_unit(name)["User"][0] for name in COMMANDS}  # systemd takes no name with a colon


def test_only_the_worker_can_read_the_seal() -> None:
    user = _unit("worker")["User"]
    assert _environment("worker")["OFICIALIA_SEAL_PKCS12"].startswith(f"{SEAL_FOLDER}/")
    assert re.search(
        rf"^d {SEAL_FOLDER} +0750 root +{user[0]} ", (EXAMPLES / "tmpfiles.conf").read_text(), re.MULTILINE
    )
    assert not re.search(r"^m ", (EXAMPLES / "sysusers.conf").read_text(), re.MULTILINE)  # nobody joins a group
    for name in set(COMMANDS) - {"worker"}:
        unit = _unit(name)
        assert unit["User"] != user
        assert SEAL_FOLDER in unit["InaccessiblePaths"][0].split()
        assert "SupplementaryGroups" not in unit
        assert not {variable(field) for field in SEAL_FIELDS} & set(_environment(PROCESS.get(name, name)))


def test_only_the_publisher_can_read_the_key_of_the_ledger() -> None:
    user = _unit("publisher")["User"]
    assert _environment("publisher")["OFICIALIA_LEDGER_KEY_FILE"].startswith(f"{LEDGER_FOLDER}/")
    tmpfiles = (EXAMPLES / "tmpfiles.conf").read_text("utf-8")
    assert re.search(rf"^d {LEDGER_FOLDER} +0750 root +{user[0]} ", tmpfiles, re.MULTILINE)
    for name in set(COMMANDS) - {"publisher"}:
        unit = _unit(name)
        assert unit["User"] != user
        assert LEDGER_FOLDER in unit["InaccessiblePaths"][0].split()
        assert not any("LEDGER_KEY" in given for given in _environment(PROCESS.get(name, name)))


def test_the_policy_of_the_example_is_one() -> None:
    [log] = TlogPolicy.parse((EXAMPLES / "libro.politica").read_bytes()).logs
    assert log.url == f"https://{log.key.name}" == f"{_environment('web')['OFICIALIA_PUBLIC_URL']}/libro"


def test_each_example_of_an_environment_has_all_that_its_process_needs_and_nothing_else() -> None:
    for process in PROCESSES:
        given = {name.removesuffix("_FILE") for name in _environment(process.process)}
        declared = {variable(name) for name in process.model_fields}
        needed = {variable(name) for name, field in process.model_fields.items() if field.is_required()}
        assert needed <= given <= declared, process.process


def test_the_sandbox_may_do_what_it_needs() -> None:
    unit = _unit("worker")
    assert set(unit["RestrictNamespaces"][0].split()) == {"user", "net"}
    assert unit["SystemCallFilter"] == [  # the first has unshare, capset, setrlimit and prctl, but not these
        "@system-service",
        "landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    ]
    assert "AF_UNIX" in unit["RestrictAddressFamilies"][0]
    assert {_unit(name)["OOMPolicy"][0] for name in ("web", "worker")} == {"continue"}


def test_the_worker_is_waited_for_longer_than_a_task_may_last_and_stops_last() -> None:
    assert int(_unit("worker")["TimeoutStopSec"][0]) > HARD_SECONDS
    [graceful] = re.findall(r"--graceful-timeout (\d+)", COMMANDS["web"])
    assert int(_unit("web")["TimeoutStopSec"][0]) > int(graceful)
    for name, later in (("web", ("worker", "dispatcher", "beat")), ("dispatcher", ("worker",)), ("beat", ("worker",))):
        assert {f"oficialia-{other}.service" for other in later} <= set(_unit(name)["After"][0].split())
    # Else `systemctl stop oficialia.target` would return while the worker still seals.
    for name in set(COMMANDS) - {"release"}:
        assert "oficialia.target" in _unit(name)["After"][0].split()
        assert _unit(name)["PartOf"] == ["oficialia.target"]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("systemd-analyze is not installed: apt-get install systemd")
    for path in UNITS.rglob("*.*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(UNITS)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(path.read_text("utf-8").replace(f"{BIN}/", "/bin/true "), "utf-8")
    names = [path.name for path in UNITS.glob("oficialia*.*") if path.is_file()]
    done = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", *names],
        cwd=tmp_path, env=dict(os.environ) | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "oficialia" in line or "aviso" in line]
    assert (done.returncode, ours) == (0, [])


def test_the_limits_of_nginx_are_those_of_the_settings() -> None:
    site = (NGINX / "oficialia.conf").read_text("utf-8")
    largest = WebSettings.model_fields["max_filing_mb"].default
    assert f"client_max_body_size {largest + 2}m;" in site  # oficialia/web/uploads.py adds as much for the form
    [bind] = re.findall(r"--bind (\S+)", _unit("web")["ExecStart"][0])
    assert f"server {bind};" in site
    [ours] = re.findall(r"--keep-alive (\d+)", COMMANDS["web"])
    [its] = re.findall(r"keepalive_timeout (\d+)s;", site)
    assert int(its) < int(ours)
    assert _environment("web")["OFICIALIA_TRUSTED_PROXIES"] == "1"
    assert f"server_name {_environment('web')['OFICIALIA_PUBLIC_URL'].removeprefix('https://')};" in site


def test_nginx_says_our_sentences() -> None:
    for status in (400, 413, 429, 503):
        page = (NGINX / f"avisos/{status}.html").read_text("utf-8")
        title, sentence = errors.SENTENCES[status]
        assert f"<h1>{title}</h1>" in page
        assert status == 503 or sentence in page  # 503 there: nginx cannot know whether a folio was given
    limits = Limits()
    heavy = f"archivos de hasta {megabytes(limits.file_bytes)}, y {megabytes(limits.filing_bytes)} en total"
    assert heavy in (NGINX / "avisos/413.html").read_text("utf-8")


def _code(path: Path) -> Iterator[str]:
    """What a manual gives to be typed: indented lines, and what stands between backticks."""
    for line in path.read_text("utf-8").splitlines():
        yield from [line.strip()] if line.startswith("    ") else re.findall(r"`([^`]+)`", line)


@pytest.mark.parametrize("path", sorted(MANUAL.glob("*.md")), ids=lambda path: path.stem)
def test_every_command_of_the_manual_exists(path: Path) -> None:
    called = [
        match.split() for code in _code(path) for match in re.findall(r"(?:^|/bin/| && )oficialia ([a-z ]+)", code)
    ]
    for words in called:
        command: click.Command | None = cli
        for word in words:
            if not isinstance(command, click.Group):
                break
            command = command.get_command(click.Context(command), word)
            assert command, f"oficialia {' '.join(words)}"
    assert called


def test_the_command_line_works_where_only_the_requirements_of_an_office_are() -> None:
    extra = {line for line in (ROOT / "requirements/embedded.in").read_text().splitlines() if line[0] not in "#-"}
    modules = [name for name, owners in packages_distributions().items() if extra & set(owners)]
    assert modules  # one of the set is a program and has none
    hide = "; ".join(["import sys", *(f"sys.modules[{name!r}] = None" for name in modules)])
    done = subprocess.run(
        [sys.executable, "-c", f"{hide}; from oficialia.cli import main; main()", "--help"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in ("ajustes", "correr", "preparar"))


def test_every_link_of_the_manual_leads_somewhere() -> None:
    for path in MANUAL.glob("*.md"):
        text = path.read_text("utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
        for named in re.findall(r"`((?:docs|oficialia|signing|workers|certs)/[\w./-]+\.\w+)`", text):
            assert (ROOT / named).exists(), f"{path.name}: {named}"


def test_every_example_is_explained() -> None:
    text = (MANUAL / "instalar.md").read_text("utf-8")
    for path in EXAMPLES.iterdir():
        assert f"ejemplos/{path.name}" in text, path.name
