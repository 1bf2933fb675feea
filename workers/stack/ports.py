"""Finding a TCP port on the loopback."""

from __future__ import annotations

import socket

from dti.errors import StackError

HOST = "127.0.0.1"
_PREFERRED = range(8000, 8100)


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Let the system choose."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def choose_port(wanted: int | None) -> int:
    """Take the wanted port, or the first free one from 8000; raises StackError when the wanted one is taken."""
    if wanted is None:
        return next((port for port in _PREFERRED if is_free(port)), None) or free_port()
    if not is_free(wanted):
        raise StackError(f"port {wanted} is in use; choose another with --port, or leave it out for a free one")
    return wanted
