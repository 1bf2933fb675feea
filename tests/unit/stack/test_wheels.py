from __future__ import annotations

import os

import pytest

from dti.errors import StackError
from workers.stack import wheels


def test_programs_are_there_and_may_be_run() -> None:
    programs = [wheels.postgres_programs() / "postgres", wheels.postgres_programs() / "initdb", wheels.valkey_server()]
    assert all(os.access(program, os.X_OK) for program in programs)


def test_missing_package_is_named() -> None:
    with pytest.raises(StackError, match="no_such_package is not installed"):
        wheels._program("no_such_package", "bin/server")


def test_missing_program_is_named() -> None:
    with pytest.raises(StackError, match="the installed redis has no redis-server"):
        wheels._program("redis", "bin/redis-server")
