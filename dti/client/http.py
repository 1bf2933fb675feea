"""HTTP to and from the service."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar, cast
from urllib.parse import quote
from uuid import uuid4

import httpx

from dti.client.answers import (
    Batch,
    Document,
    Evidence,
    Item,
    Label,
    Model,
    ModelDetail,
    Name,
    Promotion,
    SelfTraining,
    SelfTrainingRound,
    Triplet,
    Upload,
)
from dti.domain.self_training import SelfTrainingState
from dti.errors import ServiceError, ServiceUnavailableError

T = TypeVar("T")

_FINAL = frozenset({"finished", "cancelled"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PIECE = 1024 * 1024
_UPLOAD_SECONDS = 600.0  # a large file takes the database a while
_RESTART_SECONDS = 60.0
_RUNS = "/v1/self-training/runs"
_MODELS = "/v1/models"

Parameters = Mapping[str, str | int | float | bool | None]


class DtiClient:
    """Talks to the service at `base_url`; every failure is a ServiceError that says what is wrong."""

    def __init__(self, base_url: str, *, timeout: float = 60.0, transport: httpx.BaseTransport | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        try:
            local = httpx.URL(self._base_url).host in _LOOPBACK  # no proxy of the environment leads there
        except httpx.InvalidURL as error:
            raise ServiceError(f"{base_url} is no address of a service: {error}") from error
        self._http = httpx.Client(base_url=self._base_url, timeout=timeout, transport=transport, trust_env=not local)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def upload(self, path: Path) -> Upload:
        """Send a literature file; it is read in pieces."""
        with path.open("rb") as file:
            pieces = iter(lambda: file.read(_PIECE), b"")
            headers = {"Content-Length": str(path.stat().st_size)}
            answer = self._send(
                "POST", "/v1/uploads", params={"filename": path.name}, content=pieces, headers=headers, timeout=_UPLOAD_SECONDS
            )
        return cast("Upload", answer)

    def submit(
        self,
        *,
        pmids: Sequence[str] = (),
        query: str = "",
        uploads: Sequence[str] = (),
        refresh: bool = False,
        idempotency_key: str = "",
    ) -> Batch:
        """Ask for literature to be read. The same key again returns the same batch."""
        body: dict[str, object] = {"pmids": list(pmids), "uploads": list(uploads), "refresh": refresh}
        if query:
            body["query"] = query
        headers = {"Idempotency-Key": idempotency_key or uuid4().hex}
        return cast("Batch", self._send("POST", "/v1/batches", json=body, headers=headers))

    def batch(self, batch_id: str) -> Batch:
        """How far a batch is."""
        return cast("Batch", self._get(f"/v1/batches/{_escaped(batch_id)}"))

    def batches(self) -> Iterator[Batch]:
        """All batches, newest first."""
        return self._pages("/v1/batches", {})

    def items(self, batch_id: str, state: str | None = None) -> Iterator[Item]:
        """The documents of a batch, or those in one state."""
        return self._pages(f"/v1/batches/{_escaped(batch_id)}/items", {"state": state})

    def cancel(self, batch_id: str) -> Batch:
        """Stop a batch."""
        return cast("Batch", self._send("POST", f"/v1/batches/{_escaped(batch_id)}/cancel"))

    def resubmit(self, batch_id: str) -> Batch:
        """Try the failed and cancelled documents of a batch again."""
        return cast("Batch", self._send("POST", f"/v1/batches/{_escaped(batch_id)}/resubmit"))

    def wait(self, batch_id: str, *, on_progress: Callable[[Batch], None] | None = None, poll: float = 0.5) -> Batch:
        """Return the batch when it has ended; `on_progress` sees it every `poll` seconds until then.

        A service that restarts meanwhile is waited for, up to a minute.
        """
        return _awaited(lambda: self.batch(batch_id), lambda batch: batch["state"] in _FINAL, on_progress, poll)

    def triplets(self, *, page_size: int = 100, **conditions: str | float | bool | None) -> Iterator[Triplet]:
        """Triplets by drug, target, interaction, min_confidence, pmid and grounded; pages are fetched as needed."""
        return self._pages("/v1/triplets", conditions | {"limit": page_size})

    def triplet_table(self, **conditions: str | float | bool | None) -> Iterator[bytes]:
        """The same triplets as a tab-separated table, piece by piece; all of them, or `limit`."""
        given = {name: value for name, value in conditions.items() if value is not None}
        with self._told(), self._http.stream("GET", "/v1/triplets.tsv", params=given) as response:
            if not response.is_success:
                response.read()
                raise _problem(response)
            yield from response.iter_bytes()

    def names(self, typed: str, kind: str) -> list[Name]:
        """Names of a kind that begin so, then such as have it inside."""
        return cast("list[Name]", self._get("/v1/names", {"typed": typed, "kind": kind}))

    def triplet(self, triplet_id: int) -> Triplet:
        """One triplet with its best evidence."""
        return cast("Triplet", self._get(f"/v1/triplets/{triplet_id}"))

    def evidence(self, triplet_id: int) -> Iterator[Evidence]:
        """All evidence of one triplet, surest first."""
        return self._pages(f"/v1/triplets/{triplet_id}", {}, lambda answer: answer["evidence"])

    def document(self, name: str) -> Document:
        """A document by PMID or key, with what was found in it."""
        return cast("Document", self._get(f"/v1/documents/{quote(name, safe=':')}"))

    def start_self_training(self, body: Mapping[str, object], idempotency_key: str = "") -> SelfTraining:
        """Start a self-training run; `body` as `POST /v1/self-training/runs` takes it."""
        headers = {"Idempotency-Key": idempotency_key or uuid4().hex}
        return cast("SelfTraining", self._send("POST", _RUNS, json=body, headers=headers))

    def self_training_runs(self) -> Iterator[SelfTraining]:
        """All self-training runs, newest first."""
        return self._pages(_RUNS, {})

    def self_training_run(self, run_id: str) -> SelfTraining:
        """How far a run is."""
        return cast("SelfTraining", self._get(f"{_RUNS}/{_escaped(run_id)}"))

    def wait_for_self_training(
        self, run_id: str, *, on_progress: Callable[[SelfTraining], None] | None = None, poll: float = 2.0
    ) -> SelfTraining:
        """Return the run when it has ended; as `wait` does it for a batch."""

        def ended(run: SelfTraining) -> bool:
            return SelfTrainingState(run["state"]).finished

        return _awaited(lambda: self.self_training_run(run_id), ended, on_progress, poll)

    def self_training_rounds(self, run_id: str) -> list[SelfTrainingRound]:
        """The reports of a run's rounds."""
        return cast("list[SelfTrainingRound]", self._get(f"{_RUNS}/{_escaped(run_id)}/rounds"))

    def ledger(self, run_id: str, **conditions: str | int | bool | None) -> Iterator[Label]:
        """The labels a run considered, by round, accepted, reason, document, drug and target."""
        return self._pages(f"{_RUNS}/{_escaped(run_id)}/ledger", conditions)

    def cancel_self_training(self, run_id: str) -> SelfTraining:
        """Stop a run."""
        return cast("SelfTraining", self._send("POST", f"{_RUNS}/{_escaped(run_id)}/cancellation"))

    def models(self, state: str | None = None) -> Iterator[Model]:
        """All models, newest first, or those in one state."""
        return self._pages(_MODELS, {"state": state})

    def model(self, name: str) -> ModelDetail:
        """A model by its hash or the beginning of it; "active" is the one that workers read with."""
        return cast("ModelDetail", self._get(f"{_MODELS}/{_escaped(name)}"))

    def add_model(self, archive: IO[bytes], size: int) -> ModelDetail:
        """Add a checkpoint as a candidate; `archive` is a tar of its folder's files."""
        pieces = iter(lambda: archive.read(_PIECE), b"")
        headers = {"Content-Length": str(size)}
        answer = self._send("POST", _MODELS, content=pieces, headers=headers, timeout=_UPLOAD_SECONDS)
        return cast("ModelDetail", answer)

    def promote_model(self, name: str, who: str, reason: str = "") -> ModelDetail:
        """Make a model the active one."""
        body = {"who": who, "reason": reason or None}
        return cast("ModelDetail", self._send("POST", f"{_MODELS}/{_escaped(name)}/promotion", json=body))

    def roll_back_model(self, who: str, reason: str = "") -> ModelDetail:
        """Undo the last promotion; the model that is active now."""
        return cast("ModelDetail", self._send("POST", f"{_MODELS}/rollback", json={"who": who, "reason": reason or None}))

    def promotions(self) -> Iterator[Promotion]:
        """Who promoted what, newest first."""
        return self._pages(f"{_MODELS}/promotions", {})

    def model_file(self, sha256: str, path: str) -> bytes:
        """A file of a model."""
        return self._answer("GET", f"{_MODELS}/{_escaped(sha256)}/files/{quote(path)}").content

    def _pages(self, path: str, parameters: Parameters, page_in: Callable[[Any], Any] = lambda answer: answer) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            page = page_in(self._get(path, {**parameters, "cursor": cursor}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _get(self, path: str, parameters: Parameters | None = None) -> Any:
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        return self._send("GET", path, params=given)

    def _send(self, method: str, path: str, **arguments: Any) -> Any:
        return _json(self._answer(method, path, **arguments))

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        with self._told():
            response = self._http.request(method, path, **arguments)
        if response.is_success:
            return response
        raise _problem(response)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever keeps the service from answering, as a ServiceError."""
        try:
            yield
        except httpx.UnsupportedProtocol as error:
            raise ServiceError(f"{self._base_url} is no address of a service: {error}") from error
        except httpx.ConnectError as error:
            hint = "is `dti up` running? (or set DTI_SERVICE_URL, or give --url)"
            raise ServiceUnavailableError(f"no service at {self._base_url}: {hint}") from error
        except httpx.HTTPError as error:
            raise ServiceUnavailableError(f"{self._base_url} did not answer: {error or type(error).__name__}") from error


def _awaited(fetch: Callable[[], T], ended: Callable[[T], bool], on_progress: Callable[[T], None] | None, poll: float) -> T:
    silent_since: float | None = None
    while True:
        try:
            found = fetch()
            silent_since = None
        except ServiceUnavailableError:
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > _RESTART_SECONDS:
                raise
        else:
            if on_progress:
                on_progress(found)
            if ended(found):
                return found
        time.sleep(poll)


def _escaped(part: str) -> str:
    return quote(part, safe="")


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise ServiceError(f"{response.url} is no DTI service: its answer is no JSON") from error


def _problem(response: httpx.Response) -> ServiceError:
    body = _json(response) if "json" in response.headers.get("content-type", "") else {}
    detail = body.get("detail") if isinstance(body, dict) else None
    text = detail if isinstance(detail, str) else f"{response.url} answered {response.status_code} {response.reason_phrase}"
    return ServiceUnavailableError(text) if response.status_code in {502, 503, 504} else ServiceError(text)
