"""Reading ahead in a thread: whoever works on items takes what has arrived and never waits for more."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing a reader sends; `error` is what stopped it, if not the end of its input."""

    error: Exception | None = None


def arrived(items: Iterable[T], limit: int) -> Iterator[list[T]]:
    """Consecutive stretches of `items`, each of 1 to `limit`: all that was there when the stretch was asked for.

    At most 2 * `limit` items are in memory. An error of `items` is raised after all items before it. Closing the
    iterator stops the reading at the next item.
    """
    inbox: queue.Queue[T | _End] = queue.Queue(maxsize=limit)
    stopped = threading.Event()
    threading.Thread(target=_fill, args=(items, inbox, stopped), name="prefetch", daemon=True).start()
    end = None
    try:
        while end is None:
            window, end = _take(inbox, limit)
            if window:
                yield window
        if end.error is not None:
            raise end.error
    finally:
        stopped.set()
        _drain(inbox)  # wakes a reader that waits for room, so that it sees the stop


def _fill(items: Iterable[T], inbox: queue.Queue[T | _End], stopped: threading.Event) -> None:
    end = _End()
    try:
        for item in items:
            inbox.put(item)
            if stopped.is_set():
                return
    except Exception as error:  # belongs to the thread that takes the items
        end = _End(error)
    if not stopped.is_set():
        inbox.put(end)


def _take(inbox: queue.Queue[T | _End], limit: int) -> tuple[list[T], _End | None]:
    window: list[T] = []
    item = inbox.get()
    while not isinstance(item, _End):
        window.append(item)
        if len(window) == limit:
            return window, None
        try:
            item = inbox.get_nowait()
        except queue.Empty:
            return window, None
    return window, item


def _drain(inbox: queue.Queue[T | _End]) -> None:
    while True:
        try:
            inbox.get_nowait()
        except queue.Empty:
            return
