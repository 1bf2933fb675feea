"""PubMed XML parsing against pubmed_parser: records per CPU-second on one synthetic baseline file, and peak memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import pubmed_parser

from benchmarks._baseline import write_baseline
from benchmarks._report import Measurement, Report, publish
from dti.sources import read

RECORDS = 4_000
ROUNDS = 5
_ALL_FIELDS = {"year_info_only": False, "nlm_category": True, "author_list": True, "parse_downto_mesh_subterms": True}
_PEAK = "import re,sys;{};print(re.search('VmHWM:[^0-9]*([0-9]+)',open('/proc/self/status').read())[1])"
_OURS = "from dti.sources import read\nfor _ in read(sys.argv[1]): pass"
_THEIRS = "import pubmed_parser\nfor _ in pubmed_parser.parse_medline_xml(sys.argv[1]): pass"


def rate(parse: Callable[[], Iterable[object]]) -> float:
    """Records per second of this process's CPU time."""
    start = time.process_time()
    count = sum(1 for _ in parse())
    return count / (time.process_time() - start)


def peak_mib(code: str, path: Path) -> int:
    """Peak resident memory in MiB of a fresh process that runs `code` on the file (VmHWM: ru_maxrss starts at the parent's)."""
    script = _PEAK.format(f"exec({code!r})")
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout) // 1024


def main() -> Report:
    """Medians of rounds in which the parsers take turns, so that a busy machine slows all of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "baseline.xml.gz"
        size = write_baseline(path, RECORDS)
        parsers: dict[str, Callable[[], Iterable[object]]] = {
            "ours": lambda: read(path),
            "pubmed_parser, all fields": lambda: pubmed_parser.parse_medline_xml(str(path), **_ALL_FIELDS),
            "pubmed_parser, its defaults": lambda: pubmed_parser.parse_medline_xml(str(path)),
        }
        rounds = [{name: rate(parse) for name, parse in parsers.items()} for _ in range(ROUNDS)]
        rates = {name: median(figures[name] for figures in rounds) for name in parsers}
        peaks = peak_mib(_OURS, path), peak_mib(_THEIRS, path)
    ours = rates.pop("ours")
    speeds = (Measurement("PubMed XML, every field of a document", ours, "records/CPU-s", name, r) for name, r in rates.items())
    memory = Measurement("peak memory", peaks[0], "MiB", "pubmed_parser", peaks[1], higher_is_better=False)
    return Report("parse", (*speeds, memory), {"records": RECORDS, "MB": size // 10**6, "rounds": ROUNDS})


if __name__ == "__main__":
    publish(main())
