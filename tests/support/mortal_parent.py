"""The warm parent of mortal processes: reads a Task as JSON a line, forks a child for it, answers how it ended.

python -m tests.support.mortal_parent [immortal]

An immortal one does everything itself, and so needs to get ready only once.
"""

import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from oficialia import runtime
from oficialia.clock import now
from oficialia.domain.filing import Relacion
from oficialia.errors import Conflict
from oficialia.models import Filing, Job
from oficialia.runtime import Runtime
from oficialia.services import buzon, intake, outbox, tracking
from oficialia.services.buzon import Medio
from oficialia.services.outbox import Kind
from oficialia.services.prevenciones import prevenir
from oficialia.services.respuestas import responder
from oficialia.services.submission import Anexo, Follows, Person
from oficialia.services.turnos import turnar
from oficialia.settings import WebSettings, load
from signing.sandbox import Sandbox
from tests.support.desk import ANA
from tests.support.mortal import Cut, Task
from tests.support.office import submission, upload
from workers import acuses, mail, notificaciones, raising, respuestas, sealing
from workers.parts import parts

TASKS: dict[Kind, Callable[[int], None]] = {
    Kind.SEAL: sealing.seal,
    Kind.ACUSE: acuses.issue,
    Kind.SEAL_ANSWER: respuestas.seal_answer,
    Kind.MAIL_CODE: mail.send,
    Kind.MAIL_ACUSE: mail.send,
    Kind.MAIL_NOTICE: mail.send,
    Kind.NOTIFY: notificaciones.issue_notice,
    Kind.RAISE: raising.raise_filing,
}


def main() -> None:
    """Serve until the end of the input."""
    serve = _answer if sys.argv[1:] else _forking(Sandbox(require_isolation=False))
    answers = os.dup(1)
    os.dup2(2, 1)  # what the office logs goes to the log
    for line in sys.stdin:
        value = json.loads(line)
        task = Task(**{**value, "cut": Cut(**value["cut"]) if value["cut"] else None})
        os.write(answers, (json.dumps(serve(task)) + "\n").encode())


def _answer(task: Task) -> dict[str, Any]:
    return {"signal": 0, "answer": _do(task)}


def _forking(sandbox: Sandbox) -> Callable[[Task], dict[str, Any]]:
    """Children that borrow the warm sandbox of their parent: to start one takes longer than all that they do."""
    sandbox.isolation()
    assert sandbox._control
    control = os.dup(sandbox._control.fileno())  # a fork closes the sandbox's own

    def lend() -> None:
        borrowed = socket.socket(fileno=control)
        Sandbox._started = lambda _self: borrowed  # type: ignore[method-assign, assignment]

    return lambda task: _fork(task, lend)


def _fork(task: Task, lend: Callable[[], None]) -> dict[str, Any]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        status = 1
        lend()
        try:
            os.write(writer, _do(task).encode())
            status = 0
        finally:
            if status:
                traceback.print_exc()
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"signal": max(0, -status), "answer": "the child failed; its log tells more" if status > 0 else said}


def _do(task: Task) -> str:
    if task.cut:
        _arm(task.cut)
    match task.role:
        case "receive":
            return _receive(task)
        case "turn":
            office = runtime.build(load(WebSettings))
            turnar(office, ANA, _filing(office, task), "OB", "Es de su competencia.")
            return "turned"
        case "prevent":
            office = runtime.build(load(WebSettings))
            prevenir(office, ANA, _filing(office, task), [], "Diga en qué calle.")
            return "prevented"
        case "open":
            return _open(task)
        case "answer":
            return _answer_filing(task)
        case "work":
            return _work(task.job)


def _arm(cut: Cut) -> None:
    module, _, name = cut.function.partition(":")
    holder: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for part in path:
        holder = getattr(holder, part)
    setattr(holder, last, _mortal(getattr(holder, last), cut))


def _mortal(function: Callable[..., Any], cut: Cut) -> Callable[..., Any]:
    calls = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == cut.nth and cut.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if calls == cut.nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


def _receive(task: Task) -> str:
    office = runtime.build(load(WebSettings))
    form = submission(
        None,
        task.key,
        petition="Hay un bache.\n\nPido que lo reparen.",
        applicant=Person("fisica", "María Peña", email=task.email),
        anexos=(Anexo(upload(Path(task.main), "anexo-0"), "Croquis"),),
        buzon_consent=task.consents,
        follows=Follows(_filing(office, task), Relacion.DESAHOGO) if task.folio else None,
    )
    return intake.receive(office, form).folio


def _open(task: Task) -> str:
    """All that was not opened yet, as who taps its button does."""
    office = runtime.build(load(WebSettings))
    filing_id = _filing(office, task)
    messages = [each for each in tracking.view(office, filing_id).inbox if each.opened_at is None]
    for each in messages:
        buzon.open_message(office, filing_id, each.number, Medio.SESION)
    return str(len(messages))


def _answer_filing(task: Task) -> str:
    """As a clerk does it, who presses the button again when no answer came: what that says is the answer."""
    office = runtime.build(load(WebSettings))
    try:
        responder(office, ANA, _filing(office, task), upload(Path(task.main), "respuesta"), "Se reparará.")
    except Conflict as told:
        return told.sentence
    return "answered"


def _filing(office: Runtime, task: Task) -> UUID:
    with office.database.reading() as session:
        return session.scalars(select(Filing.id).where(Filing.folio == task.folio)).one()


def _work(job: int) -> str:
    if job:
        _run(job)
        return "1"
    done = 0
    while jobs := _rung():
        for each in jobs:
            _run(each)
            done += 1
    return str(done)


def _rung() -> list[int]:
    """The jobs for which the dispatcher would ring now."""
    jobs: list[int] = []
    outbox.ring(parts().runtime.database, now(), lambda _kind, job: jobs.append(job))
    return jobs


def _run(job: int) -> None:
    with parts().runtime.database.reading() as session:
        kind = Kind(session.get_one(Job, job).kind)
    TASKS[kind](job)


if __name__ == "__main__":
    main()
