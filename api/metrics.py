"""Numbers for Prometheus: requests as they pass, the store and the queues when they are asked for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.queries.views import StoreCounts
from dti.errors import DtiError

_LOG = logging.getLogger(__name__)
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


class RequestMetrics:
    """Counts and times requests under their route's template, so that ids make no new series."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        labels = ("method", "route")
        self._requests = Counter("dti_http_requests", "Requests answered", (*labels, "status"), registry=registry)
        self._seconds = Histogram("dti_http_request_seconds", "Time to the whole response", labels, registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "unmatched")
            self._requests.labels(method, route, str(status)).inc()
            self._seconds.labels(method, route).observe(time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class Readings:
    """What the system holds at one moment."""

    store: StoreCounts
    queues: dict[str, int]


class SystemCollector(Collector):
    """Gauges of the store and the queues, read at most every `max_age` seconds however often they are scraped."""

    def __init__(self, read: Callable[[], Readings], *, max_age: float = 15.0) -> None:
        self._read = read
        self._max_age = max_age
        self._kept: tuple[float, Readings] | None = None

    def describe(self) -> list[Metric]:
        """Nothing ahead of time, so that creating the application asks no server."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges; without the store only that it is down."""
        try:
            readings = self._current()
        except DtiError as error:
            _LOG.warning("no readings for metrics: %s", error)
            yield GaugeMetricFamily("dti_store_up", "Whether the knowledge base answers", value=0)
            return
        yield GaugeMetricFamily("dti_store_up", "Whether the knowledge base answers", value=1)
        items = GaugeMetricFamily("dti_items", "Documents in batches by state", labels=["state"])
        for state, count in readings.store.items.items():
            items.add_metric([state], count)
        yield items
        yield GaugeMetricFamily("dti_documents", "Stored documents", value=readings.store.documents)
        yield GaugeMetricFamily("dti_triplets", "Stored triplets", value=readings.store.triplets)
        yield GaugeMetricFamily("dti_evidence", "Stored evidence", value=readings.store.evidence)
        queues = GaugeMetricFamily("dti_queue_depth", "Messages waiting in the broker", labels=["queue"])
        for queue, depth in readings.queues.items():
            queues.add_metric([queue], depth)
        yield queues

    def _current(self) -> Readings:
        now = time.monotonic()
        if self._kept is None or now - self._kept[0] > self._max_age:
            self._kept = (now, self._read())
        return self._kept[1]
