"""What the logs tell of a request is put together from window and workers."""

import json
from pathlib import Path

from oficialia.embedded.corpus.traces import Trace, deaths, traces


def write(folder: Path, name: str, *lines: dict[str, object] | str) -> None:
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / f"{name}.log").write_text("\n".join(text) + "\n", "utf-8")


def test_a_request_is_followed_through_the_processes(tmp_path: Path) -> None:
    write(
        tmp_path,
        "web",
        "[INFO] Booting worker with pid: 7",
        {"level": "INFO", "message": "sandbox x", "request_id": "a", "peak_mib": 180.5},
        {"level": "INFO", "message": "inspected principal", "request_id": "a", "flags": "javascript launch"},
        {"level": "INFO", "message": "refused in /presentar/en-una-pagina", "request_id": "b", "code": "ilegible"},
    )
    write(
        tmp_path,
        "worker",
        {"level": "INFO", "message": "sandbox y", "request_id": "a", "peak_mib": 210.0},
        {
            "level": "INFO",
            "message": "sealed OP-1",
            "request_id": "a",
            "strategy": "caratula",
            "seal_level": "B-T",
            "detail": "x",
        },
        {"level": "INFO", "message": "acuse of OP-1 issued", "request_id": "a", "strategy": "invisible"},
    )
    assert traces(tmp_path) == {
        "a": Trace(peak_mib=210.0, strategy="caratula", level="B-T", detail="x", flags=("javascript", "launch")),
        "b": Trace(code="ilegible"),
    }


def test_processes_that_died_are_found_and_those_that_ended_in_order_are_not(tmp_path: Path) -> None:
    died = [
        "[CRITICAL] WORKER TIMEOUT (pid:7)",
        "[ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?",
        "Process 'ForkPoolWorker-1' pid:8 exited with 'signal 9 (SIGKILL)'",
    ]
    write(tmp_path, "web", "[INFO] Worker exiting (pid: 7)", *died[:2])
    write(tmp_path, "worker", died[2])
    assert deaths(tmp_path) == died
