"""From where each act of the desk is allowed, by whom, and where it leads: every pair."""

from itertools import product

import pytest

from oficialia.domain.filing import DESK_ACTS, Acto, Estado, Pendiente, Rol, Standing
from oficialia.domain.staff import StaffAct, may

P, V, T, R, A = Estado.PRESENTADO, Estado.PREVENIDO, Estado.TURNADO, Estado.RESUELTO, Estado.ANULADO_CON_TRAZA
NONE, ANSWER, ANNUL = Pendiente.NADA, Pendiente.RESPUESTA, Pendiente.ANULACION
# Everything that is allowed: from (estado, pendiente) by an act to (estado, pendiente).
ALLOWED = {
    (P, NONE, Acto.TURNO): (T, NONE),
    (V, NONE, Acto.TURNO): (T, NONE),
    (T, NONE, Acto.TURNO): (T, NONE),
    (P, NONE, Acto.PREVENCION): (V, NONE),
    (T, NONE, Acto.PREVENCION): (V, NONE),
    (V, NONE, Acto.RESPUESTA): (V, ANSWER),
    (T, NONE, Acto.RESPUESTA): (T, ANSWER),
    (V, ANSWER, Acto.SELLO_RESPUESTA): (R, NONE),
    (T, ANSWER, Acto.SELLO_RESPUESTA): (R, NONE),
    (P, NONE, Acto.ANULACION_PEDIDA): (P, ANNUL),
    (V, NONE, Acto.ANULACION_PEDIDA): (V, ANNUL),
    (T, NONE, Acto.ANULACION_PEDIDA): (T, ANNUL),
    (P, ANNUL, Acto.ANULACION_RECHAZADA): (P, NONE),
    (V, ANNUL, Acto.ANULACION_RECHAZADA): (V, NONE),
    (T, ANNUL, Acto.ANULACION_RECHAZADA): (T, NONE),
    (P, ANNUL, Acto.ANULACION): (A, NONE),
    (V, ANNUL, Acto.ANULACION): (A, NONE),
    (T, ANNUL, Acto.ANULACION): (A, NONE),
}
BY = {
    StaffAct.TURNAR: {Rol.OFICIAL_DE_PARTES},
    StaffAct.PREVENIR: {Rol.OFICIAL_DE_PARTES},
    StaffAct.RESPONDER: {Rol.OFICIAL_DE_PARTES, Rol.AREA},
    StaffAct.ANULAR_PEDIR: {Rol.OFICIAL_DE_PARTES},
    StaffAct.ANULAR_CONFIRMAR: {Rol.OFICIAL_DE_PARTES},
    StaffAct.ANULAR_RECHAZAR: {Rol.OFICIAL_DE_PARTES},
}


@pytest.mark.parametrize("act", sorted(Acto))
def test_an_act_is_allowed_from_where_the_table_says_and_nowhere_else(act: Acto) -> None:
    for estado, pendiente in product(Estado, Pendiente):
        after = Standing(estado, pendiente).after(act)
        expected = ALLOWED.get((estado, pendiente, act))
        assert (after and (after.estado, after.pendiente)) == expected, (estado, pendiente)


@pytest.mark.parametrize("pendiente", Pendiente)
def test_what_was_asked_lets_a_filing_go_on_where_it_was_and_no_other(pendiente: Pendiente) -> None:
    for turned, estado in ((False, Estado.PRESENTADO), (True, Estado.TURNADO)):
        assert Standing(Estado.PREVENIDO, pendiente).completed(turned=turned) == Standing(estado, pendiente)
    others = [Standing(estado, pendiente) for estado in Estado if estado is not Estado.PREVENIDO]
    assert [each for each in others if each.completed(turned=True)] == []


def test_the_acts_of_the_desk_are_those_that_move_something() -> None:
    assert {act for _, _, act in ALLOWED} == DESK_ACTS


def test_what_was_answered_or_annulled_is_closed() -> None:
    closed = [Standing(estado, pendiente) for estado in (R, A) for pendiente in Pendiente]
    assert [(standing, act) for standing in closed for act in Acto if standing.after(act)] == []


def test_each_act_is_done_by_these_roles_and_no_other() -> None:
    assert {act: {role for role in Rol if may(role, act)} for act in BY} == BY
