"""`dti extract`: files in, triplets out; no database, no broker."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from dti.cli._layouts import LAYOUTS
from dti.cli.lexicon import lexicon_option, opened_lexicon
from dti.domain.documents import Document
from dti.domain.evidence import Extraction, Outcome
from dti.errors import SourceError

if TYPE_CHECKING:
    from dti.cli._progress import Progress

FAULTY = 2


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where results go; default: standard output.")
@click.option("--format", "layout", type=click.Choice(list(LAYOUTS)), default="jsonl", show_default=True)
@click.option("--json", "layout", flag_value="jsonl", help="Same as --format jsonl.")
@click.option("--model", type=click.Path(path_type=Path), metavar="DIR", help="Checkpoint folder; default: DTI_MODEL_DIR.")
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="Of the model; default: DTI_EXTRACT_THREADS.")
@lexicon_option
def extract(
    *, inputs: tuple[str, ...], output: str, layout: str, model: Path | None, threads: int | None, lexicon: Path | None
) -> None:
    """Find drug-target interactions in literature, each with its confidence and its evidence sentence.

    INPUT is PubMed XML (baseline, update file, efetch), MEDLINE/nbib, RIS, PubTator, BioC XML or JSON, JATS, JSON lines
    of {"id", "title", "abstract"} or plain text, gzipped or not; "-" is standard input. The format is recognised.

    Output is one JSON object a line, a document each, in input order:

    \b
      id        PMID where there is one, else the input's own id
      status    extracted, no_triplet, no_abstract, skipped (retracted or deleted), failed
      triplets  drug, interaction, target, confidence (0 to 1), drug_id, target_id (CURIEs, null where
                unknown or ambiguous), linking (method, score, taxon, alternatives), interaction_type,
                direction (activating, inhibitory, neutral, unclear), and evidence: sentence,
                sentence_span, drug_span, target_span, trigger_span (characters of title + " " + abstract;
                null where not found), polarity (affirmed, negated), certainty (fact, hedged,
                hypothesis, background), section, species (NCBITaxon), assays, quantities (in nM),
                not_found_in_text ("drug", "target", both or neither), supporting (other sentences)
      reason    why there is no triplet, else null
      truncated whether the model's length limit cut the text
      run       model, checkpoint, code version and decoding that produced the result

    A record that cannot be read is named on standard error, with file, line and reason, and the rest goes on. A FILE
    grows as FILE.part and gets its name when it is complete.

    Exit code: 0 all read, 2 some input could not be read or some document failed, 1 nothing could be done.
    """  # noqa: D301 - click's mark for lines to keep as they are is a real backspace
    from dti.extraction import Extractor  # here, because `dti extract --help` needs none of the model's libraries

    chosen, faults = LAYOUTS[layout], Faults()
    model, threads, tagger = _settings(model, threads)
    extractor = Extractor.open(model, threads, opened_lexicon(lexicon), tagger)
    if lexicon and not extractor.reader.points:
        click.echo("dti: this checkpoint spells names out by itself; --lexicon is used for identifiers only", err=True)
    results = extractor.extract_stream(faults.documents(inputs))
    with _sink(output) as sink, _progress(output) as progress:
        sink.write(chosen.header)
        for result in faults.told_in_order(results):
            sink.write(chosen.render(result))
            sink.flush()
            progress.advance(len(result.claims))
    sys.exit(FAULTY if faults.seen else 0)


def _settings(model: Path | None, threads: int | None) -> tuple[Path, int, Path]:
    from dti.settings import Settings  # here, because pydantic takes a quarter of the start-up time

    settings = Settings()
    return model or settings.model_dir, threads or settings.extract_threads, settings.tagger_dir


class Faults:
    """Reads inputs one after another; what is no document is told on standard error in the place where it stood."""

    def __init__(self) -> None:
        self.seen = 0
        self._read = 0
        self._waiting: deque[tuple[int, str]] = deque()

    def documents(self, inputs: Iterable[str]) -> Iterator[Document]:
        """The documents of all inputs; an input that cannot be read does not keep the next from being read."""
        from dti.sources import read

        for name in inputs:
            try:
                for item in read(name):
                    if isinstance(item, Document):
                        self._read += 1
                        yield item
                    else:
                        self._note(f"{item.place}: {item.reason}")
            except SourceError as error:
                self._note(str(error))

    def told_in_order(self, results: Iterable[Extraction]) -> Iterator[Extraction]:
        """The results, and between them on standard error the faults that were met between their documents."""
        done = 0
        for result in results:
            self._tell(done)
            done += 1
            yield result
            if result.outcome is Outcome.FAILED:
                self.seen += 1
                click.echo(f"dti: {result.document.key}: {result.reason}", err=True)
        self._tell(done)

    def _note(self, message: str) -> None:
        self._waiting.append((self._read, message))

    def _tell(self, done: int) -> None:
        while self._waiting and self._waiting[0][0] <= done:
            self.seen += 1
            click.echo(f"dti: {self._waiting.popleft()[1]}", err=True)


@contextmanager
def _sink(output: str) -> Iterator[IO[str]]:
    """Where lines go. A regular file grows beside its name, so that under its name it is always complete."""
    path = Path(output)
    if output == "-" or (path.exists() and not path.is_file()):
        with click.open_file(output, "w", encoding="utf-8") as stream:
            yield stream
        return
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as error:
        raise click.ClickException(f"{draft}: {error.strerror or error}") from error
    except KeyboardInterrupt:
        click.echo(f"dti: interrupted; what is done is in {draft}", err=True)
        raise
    draft.replace(path)


class _Silent:
    def advance(self, triplets: int) -> None:
        """No progress is shown where nobody looks."""


def _progress(output: str) -> AbstractContextManager[Progress | _Silent]:
    if not sys.stderr.isatty() or (output == "-" and sys.stdout.isatty()):
        return nullcontext(_Silent())
    from dti.cli._progress import Progress  # here, because rich is needed only where somebody looks

    return Progress()
