"""`dti extract`: time to the first line, and memory over a long stream; its speed is `benchmarks.throughput`'s.

The stream is made of the sentences of `data/samples`, shuffled with a fixed seed into abstracts of real length.
"""

from __future__ import annotations

import importlib.util
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import click
import orjson
import psutil

from benchmarks._report import Measurement, Report, publish
from dti.domain.documents import Document
from dti.extraction import Extractor
from dti.grounding.sentences import sentences
from dti.settings import PROJECT_ROOT, Settings
from dti.sources import read

_SAMPLES = PROJECT_ROOT / "data" / "samples" / "samples.xml"
_DTI = Path(sys.executable).with_name("dti")
_STARTS = 5
_STREAM = 1_000


def main(model: Path | None = None, stream: int = _STREAM) -> Report:
    """Measure the checkpoint at `model` (default: the one that serves)."""
    folder = model or Settings().model_dir
    samples = [item for item in read(_SAMPLES) if isinstance(item, Document) and item.abstract]
    return Report(
        "extract",
        (first_line(folder, samples[0]), *memory(folder, samples, stream)),
        {"checkpoint": Extractor.open(folder).run.model, "stream": stream},
    )


def first_line(folder: Path, document: Document) -> Measurement:
    """Median wall time from the start of the process; the alternative only starts Python and imports its libraries."""
    record = _json_line(document.id, document.title, document.abstract)
    ours = _median_wall([str(_DTI), "extract", "-", "--model", str(folder)], record)
    if not _transformers():
        return Measurement("first line of dti extract", ours, "s", "transformers: not installed", 0.0, higher_is_better=False)
    theirs = _median_wall([sys.executable, "-c", "from transformers import BartForConditionalGeneration; print()"], b"")
    return Measurement("first line of dti extract", ours, "s", "importing transformers' BART", theirs, higher_is_better=False)


def _median_wall(command: Sequence[str], stdin: bytes) -> float:
    return statistics.median(_until_first_line(command, stdin) for _ in range(_STARTS))


def _until_first_line(command: Sequence[str], stdin: bytes) -> float:
    begin = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        stdin_pipe, stdout = _pipes(process)
        stdin_pipe.write(stdin)
        stdin_pipe.close()
        if not stdout.readline():
            raise RuntimeError(f"{command[0]} printed nothing")
        return time.perf_counter() - begin


def memory(folder: Path, samples: Sequence[Document], count: int) -> tuple[Measurement, ...]:
    """Resident memory of `dti extract -`, sampled at every hundredth of the stream."""
    command = [str(_DTI), "extract", "-", "--model", str(folder)]
    resident: list[float] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        stdin_pipe, stdout = _pipes(process)
        feeder = threading.Thread(target=_feed, args=(stdin_pipe, synthetic(samples, count)))
        feeder.start()
        observed = psutil.Process(process.pid)
        for done, _ in enumerate(stdout, start=1):
            if done % max(1, count // 100) == 0 and done < count:
                resident.append(observed.memory_info().rss / 2**20)
        feeder.join()
    quarter = len(resident) // 4
    early, late = max(resident[:quarter]), max(resident[-quarter:])
    return (
        Measurement("resident memory, peak", max(resident), "MB", "the limit we set", 500.0, higher_is_better=False),
        Measurement("resident memory, last quarter", late, "MB", "first quarter", early, higher_is_better=False),
    )


def _feed(pipe: IO[bytes], records: Iterator[bytes]) -> None:
    with pipe:
        pipe.writelines(records)


def synthetic(samples: Sequence[Document], count: int) -> Iterator[bytes]:
    """`count` JSON lines of 3 to 14 sentences from the samples."""
    rng = random.Random(0)  # noqa: S311 - no secrets, but the same stream every time
    pool = [document.text[span.start : span.end] for document in samples for span in sentences(document)]
    for number in range(count):
        title, *abstract = rng.choices(pool, k=rng.randint(4, 15))
        yield _json_line(f"s{number}", title, " ".join(abstract))


def _json_line(identifier: str, title: str, abstract: str) -> bytes:
    return orjson.dumps({"id": identifier, "title": title, "abstract": abstract}, option=orjson.OPT_APPEND_NEWLINE)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a benchmark's process has both pipes")
    return process.stdin, process.stdout


def _transformers() -> bool:
    return importlib.util.find_spec("transformers") is not None and importlib.util.find_spec("torch") is not None


@click.command()
@click.option("--model", type=click.Path(path_type=Path, exists=True), help="Checkpoint folder.")
@click.option("--stream", type=click.IntRange(min=100), default=_STREAM, show_default=True, help="Documents of the stream.")
def command(model: Path | None, stream: int) -> None:
    """Run this benchmark alone."""
    publish(main(model, stream))


if __name__ == "__main__":
    command()
