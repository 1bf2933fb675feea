"""A self-training run as a job: `dti self-train local` in a process of its own, watched and imported as it goes on."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from db.queries import pools
from db.repository import models, rounds, verdicts
from db.repository import self_training as store
from dti.domain.jobs import Lease
from dti.domain.models import NewModel
from dti.domain.self_training import ClaimedRun, SelfTrainingId, models_of, with_models
from dti.errors import DtiError, JobError, LeaseLostError, StoreUnavailableError, TrainingError
from dti.model.checkpoint import CARD, Checkpoint
from dti.model.shelf import Shelf, read_files
from dti.sums import sha256
from workers.context import Context
from workers.lease_keeper import LeaseKeeper
from workers.run_folder import RunFolder, events
from workers.serving import fetched, register_shipped
from workers.stack.process import Child, Command
from workers.training import DTI

_LOG = logging.getLogger(__name__)

STAGES = ("pool", "generate", "select", "train", "evaluate", "gate")
MOST_DOCUMENTS = 200_000
_WATCH_SECONDS = 6.0  # a cancelled run's process ends within a third of it
_AGAIN_SECONDS = 5.0
_TAIL = 30  # lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What every run of this machine needs; `program` implements `dti self-train local`.

    `home` is what the relative paths of a recipe start from.
    """

    runs: Path
    shelf: Shelf
    shipped: Path
    recipe: Path
    data: Path | None
    cache: Path
    home: Path | None = None
    held_out: Path | None = None
    program: Sequence[str] = (*DTI, "self-train", "local")
    poll_seconds: float = 0.5

    def folder(self, run_id: str) -> RunFolder:
        """Where a run works."""
        return RunFolder(self.runs.resolve() / run_id)


def self_train(context: Context, training: Training, run_id: SelfTrainingId) -> None:
    """Take up a run, or go on with one whose worker died, and bring it to its end; does nothing where somebody else does."""
    _sweep(context, training)
    register_shipped(context.sessions, training.shipped)
    lease = context.lease()
    with context.unit() as unit:
        run = store.claim(unit.session, run_id, lease, max_attempts=context.terms.max_attempts)
        unit.commit()
    if run is None:
        return
    try:
        _Attempt(context, training, run, lease).go()
    except LeaseLostError as error:
        _LOG.info("%s", error)
    except StoreUnavailableError:
        raise
    except Exception as error:
        _LOG.warning("self-training run %s: %s", run_id, error, exc_info=not isinstance(error, DtiError))
        _fail(context, run, lease, str(error) if isinstance(error, DtiError) else f"{type(error).__name__}: {error}")


def _sweep(context: Context, training: Training) -> None:
    """Remove the folders of runs that have ended without their worker, cancelled ones for example."""
    found = [path.name for path in training.runs.iterdir() if path.is_dir()] if training.runs.is_dir() else []
    with context.unit() as unit:
        ended = store.over(unit.session, found)
    for run_id in ended:
        _end_strays(training.folder(run_id))
        training.folder(run_id).remove()


def _fail(context: Context, run: ClaimedRun, lease: Lease, reason: str) -> None:
    with context.unit() as unit, suppress(LeaseLostError):
        store.fail(unit.session, run.id, lease, reason)
        unit.commit()


class _Attempt:
    """One worker's go at a run, under its lease."""

    def __init__(self, context: Context, training: Training, run: ClaimedRun, lease: Lease) -> None:
        self._context = context
        self._training = training
        self._lease = lease
        self._run = run
        self._folder = training.folder(run.id)
        self._held = True
        self._imported: set[int] = set()

    def go(self) -> None:
        """Prepare, run, import, conclude; raises LeaseLostError, StoreUnavailableError, and what makes the run fail."""
        with LeaseKeeper(self._renew, min(self._lease.seconds, _WATCH_SECONDS)):
            self._prepare()
            code = self._follow()
        if code < 0:
            _LOG.warning("self-training run %s: its process was ended by signal %d; it goes on soon", self._run.id, -code)
            self._release()
            return
        if code:
            raise TrainingError(self._last_words() or f"the program ended with {code}")
        for number in self._folder.rounds():
            self._import(number)
        self._note_hashes()
        self._conclude()
        self._folder.remove()

    def _renew(self) -> None:
        with self._context.unit() as unit:
            self._held = store.renew(unit.session, self._run.id, self._lease)
            unit.commit()

    def _release(self) -> None:
        with self._context.unit() as unit:
            store.release(unit.session, self._run.id, self._lease, _AGAIN_SECONDS)
            unit.commit()

    def _prepare(self) -> None:
        """Write what the program reads, from the knowledge base and the registry."""
        run, folder, training = self._run, self._folder, self._training
        if training.data is None:
            raise JobError("this worker has no training data: set DTI_TRAINING_DATA")
        with self._context.unit() as unit:
            pool = folder.write_pool(pools.documents(unit.session, run.pool, run.batch_id, MOST_DOCUMENTS))
            judged = folder.write_verdicts(verdicts.export(unit.session))
        folder.write_order(
            {
                **with_models(run.order, {name: self._model(name) for name in models_of(run.order)}),
                "parent": self._model(run.parent),
                "data": str(training.data.resolve()),
                "recipe": str(training.recipe.resolve()),
                "pool": str(pool.resolve()),
                "verdicts": str(judged.resolve()) if judged else None,
                "held_out": str(training.held_out.resolve()) if training.held_out else None,
                "cache": str(training.cache.resolve()),
            }
        )
        self._note_hashes()

    def _model(self, sha256: str) -> str:
        """The folder of a model of the registry."""
        return str(fetched(self._context.sessions, self._training.shelf, sha256).folder.resolve())

    def _note_hashes(self) -> None:
        hashes = {"recipe": sha256(self._training.recipe), "parent": self._run.parent, **self._folder.hashes()}
        with self._context.unit() as unit:
            store.note_hashes(unit.session, self._run.id, self._lease, hashes)
            unit.commit()

    def _follow(self) -> int:
        """Run the program to its end; its exit code. Raises LeaseLostError, with the program ended."""
        folder = self._folder
        _end_strays(folder)
        folder.log.unlink(missing_ok=True)
        argv = (*self._training.program, "--order", str(folder.order), "--out", str(folder.out), "--json")
        child = Child(Command(argv=argv, log=folder.log, folder=self._training.home, death_signal=signal.SIGKILL))
        read = 0
        try:
            while child.alive:
                if not self._held:
                    raise LeaseLostError(f"self-training run {self._run.id} was cancelled or taken over")
                read = self._listen(read)
                time.sleep(self._training.poll_seconds)
            self._listen(read)
        finally:
            child.kill()
        return child.exit_code or 0

    def _listen(self, start: int) -> int:
        """Note what the program said from byte `start` of its log on; returns where to go on."""
        with self._folder.log.open("rb") as log:
            log.seek(start)
            said = log.read()
        whole = said[: said.rfind(b"\n") + 1]
        try:
            self._hear(events(whole.splitlines()))
        except StoreUnavailableError as error:
            _LOG.warning("self-training run %s goes on untold: %s", self._run.id, error)
        return start + len(whole)

    def _hear(self, told: Sequence[Mapping[str, object]]) -> None:
        stages = [event for event in told if event["event"] == "stage"]
        if stages:
            self._advance(stages[-1])
        for event in told:
            if event["event"] == "round":
                self._import(_whole(event.get("round")))

    def _advance(self, event: Mapping[str, object]) -> None:
        """Note where the run is, if that is further than any worker has brought it."""
        stage = str(event.get("stage", ""))
        moved = replace(self._run, stage=stage, round=_whole(event.get("round")), done=_whole(event.get("done")))
        if _place(moved) <= _place(self._run):
            return
        self._run = moved
        with self._context.unit() as unit:
            store.advance(unit.session, moved, self._lease, _whole(event.get("of")))
            unit.commit()

    def _import(self, number: int) -> None:
        if number in self._imported:
            return
        result = self._folder.round(number)
        with self._context.unit() as unit:
            store.hold(unit.session, self._run.id, self._lease)
            rounds.store(unit.session, self._run.id, result)
            unit.commit()
        self._imported.add(number)

    def _conclude(self) -> None:
        """The end of the run and what becomes of its model, in one transaction."""
        outcome, folder, run = self._folder.outcome(), self._folder.candidate, self._run
        trained = (folder / CARD).exists()
        files = read_files(folder) if trained else {}
        model = models.verified(files) if trained else NewModel(sha256="", name="", card={})
        model = replace(model, parent=run.parent, metrics=outcome.gate, reason="" if outcome.accepted else outcome.reason)
        if outcome.accepted:
            Checkpoint.open(folder)  # what workers cannot open must not become active
        with self._context.unit() as unit:
            if outcome.accepted:
                state = store.accept(unit.session, run, self._lease, outcome.reason, model, files).value
            else:
                store.reject(unit.session, run, self._lease, outcome.reason, model, trained=trained)
                state = "rejected"
            unit.commit()
        _LOG.info("self-training run %s: %s (%s)", run.id, state, outcome.reason)

    def _last_words(self) -> str:
        """The line in which a program says why it gives up; what else it said goes into our log."""
        lines = [line.decode(errors="replace") for line in self._folder.log.read_bytes().splitlines() if not events([line])]
        _LOG.warning("self-training run %s:\n%s", self._run.id, "\n".join(lines[-_TAIL:]))
        return next((line for line in reversed(lines) if line.strip()), "").removeprefix("dti: ")


def _place(run: ClaimedRun) -> tuple[int, int, int]:
    return run.round, STAGES.index(run.stage) if run.stage in STAGES else -1, run.done


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _end_strays(folder: RunFolder) -> None:
    """End what a dead worker left running on the folder, where the kernel did not do so by itself."""
    out = str(folder.out)
    for process in psutil.process_iter(["cmdline"]):
        if out in (process.info["cmdline"] or ()):
            with suppress(psutil.NoSuchProcess):
                process.kill()
                process.wait(10)
