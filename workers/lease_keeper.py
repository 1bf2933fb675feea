"""Keeps a lease alive while the work under it takes longer than expected."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from dti.errors import StoreError

_LOG = logging.getLogger(__name__)


class LeaseKeeper:
    """Calls `renew` every third of the lease from a thread of its own, until the block ends.

    A renewal that fails is only logged: whether the lease still holds is decided by the write, under a row lock.
    """

    def __init__(self, renew: Callable[[], object], seconds: float) -> None:
        self._renew = renew
        self._every = seconds / 3
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self._renew()
            except StoreError as error:
                _LOG.warning("a lease was not renewed: %s", error)
