from __future__ import annotations

import socket

import pytest

from dti.errors import StackError
from workers.stack.ports import HOST, choose_port, free_port, is_free


def test_free_port_is_free() -> None:
    assert is_free(free_port())


def test_taken_port_is_refused_by_name() -> None:
    with socket.socket() as server:
        server.bind((HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(StackError, match=f"port {port} is in use"):
            choose_port(port)


def test_without_a_wish_any_free_port_will_do() -> None:
    assert is_free(choose_port(None))
