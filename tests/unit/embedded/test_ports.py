"""Ports that were chosen stay with who chose them, and hinder no server."""

import socket
import subprocess
import sys

from oficialia.embedded.ports import LOOPBACK, _keep, answers, free_ports, is_free

_CHOOSE = "import sys; from oficialia.embedded.ports import _keep; print(_keep(int(sys.argv[1])))"


def test_chosen_ports_differ_and_nobody_listens_there() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50
    assert not any(answers(port) for port in ports)


def test_another_process_does_not_choose_what_was_chosen() -> None:
    [port] = free_ports(1)
    assert not _keep(port)
    other = subprocess.run([sys.executable, "-c", _CHOOSE, str(port)], capture_output=True, text=True, check=True)
    assert other.stdout == "False\n"


def test_a_server_can_listen_where_a_port_is_kept_for_it() -> None:
    [port] = free_ports(1)
    assert is_free(port)
    with socket.create_server((LOOPBACK, port)):
        assert answers(port)
        assert not is_free(port)
