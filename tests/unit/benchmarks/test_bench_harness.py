from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from types import ModuleType

import pytest
from click.testing import CliRunner

from benchmarks import __main__ as harness
from benchmarks._report import Measurement, Report, publish

RATE = Measurement("reading", 60.0, "records/s", "another parser", 15.0)


@pytest.fixture
def known(monkeypatch):
    """Makes the given functions the only benchmarks there are."""

    def register(**mains):
        for name, main in mains.items():
            module = ModuleType(f"benchmarks.{name}")
            module.main = main
            monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(harness, "discover", lambda: tuple(mains))

    return register


def failing():
    raise RuntimeError("no such server")


@pytest.mark.parametrize(
    ("ours", "theirs", "higher_is_better", "ratio"), [(60, 15, True, 4.0), (15, 60, False, 4.0), (15, 60, True, 0.25)]
)
def test_a_ratio_above_one_is_better_whichever_way_the_unit_points(ours, theirs, higher_is_better, ratio):
    assert Measurement("m", ours, "u", "other", theirs, higher_is_better=higher_is_better).ratio == ratio


def test_an_undefined_ratio_is_null_in_json_and_a_dash_in_the_table(tmp_path, capsys):
    measurement = Measurement("m", 1.0, "u", "other", 0.0)
    assert math.isnan(measurement.ratio)
    assert json.loads(publish(Report("r", (measurement,)), tmp_path).read_text())["measurements"][0]["ratio"] is None
    assert capsys.readouterr().out.rstrip().endswith("-")


def test_a_report_is_printed_and_written_with_its_machine(tmp_path, capsys):
    written = json.loads(publish(Report("parse", (RATE,), {"records": 300}), tmp_path / "new").read_text())
    shown = capsys.readouterr().out
    assert "4.00x" in shown
    assert "another parser" in shown
    assert (written["benchmark"], written["context"]) == ("parse", {"records": 300})
    assert written["measurements"][0]["ratio"] == 4.0
    assert written["machine"]["cores"] > 0


def test_bounds_stand_beside_the_figures(tmp_path, capsys):
    measurement = Measurement("m", 20.0, "u", "other", 10.0, bounds=(15.0, 25.0), ratio_bounds=(1.5, math.inf))
    written = json.loads(publish(Report("r", (measurement,)), tmp_path).read_text())["measurements"][0]
    shown = " ".join(capsys.readouterr().out.split())
    assert "(15 to" in shown
    assert "(1.50" in shown
    assert (written["bounds"], written["ratio_bounds"]) == ([15.0, 25.0], [1.5, None])


def test_a_report_of_long_names_is_readable_on_80_columns(tmp_path, capsys):
    name = "F1 dual, teacher (gain +0.003 [-0.004, +0.010], by seed +0.001, -0.002; over the parent +0.002 [-0.003, +0.007])"
    rows = [replace(RATE, name=name), replace(RATE, name="short", value=1234567.0)]
    publish(Report("r", tuple(rows), {f"setting number {number}": number for number in range(9)}), tmp_path)
    lines = capsys.readouterr().out.splitlines()
    figures = [line for line in lines if line.endswith("x")]
    assert max(map(len, lines)) <= 80
    assert name in " ".join(" ".join(lines).split())
    assert len({line.index("another parser") for line in figures}) == 1
    assert [line.split()[0] for line in figures] == ["60.00", "1,234,567"]


def test_figures_too_wide_for_columns_are_ragged_not_torn(tmp_path, capsys):
    rows = [replace(RATE, alternative="a" * 40), replace(RATE, alternative="b", bounds=(1e-9, 1e9), ratio_bounds=(1.0, 2.0))]
    publish(Report("r", tuple(rows)), tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len([line for line in lines if line.endswith(("x", "2.00)"))]) == 2
    assert len(lines) == len(["title", "legend", "", "name", "figures", "name", "figures", ""])


def test_every_benchmark_of_the_package_can_be_run():
    names = harness.discover()
    assert not [name for name in names if name.startswith("_")]
    assert all((harness.OUTPUT.parent.parent / "benchmarks" / f"{name}.py").exists() for name in names)


def test_a_failing_benchmark_stops_no_other_but_fails_the_run(known, tmp_path):
    known(broken=failing, fine=lambda: Report("fine", (RATE,)), odd=lambda: {"figure": 1})
    result = CliRunner().invoke(harness.main, ["--output", str(tmp_path)])
    assert result.exit_code == 1
    assert "failed: broken, odd" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["fine.json"]


def test_benchmarks_by_name(known, tmp_path):
    known(broken=failing, fine=lambda: Report("fine", (RATE,)))
    assert CliRunner().invoke(harness.main, ["fine", "--output", str(tmp_path)]).exit_code == 0
    unknown = CliRunner().invoke(harness.main, ["fin", "--output", str(tmp_path)])
    assert unknown.exit_code == 2
    assert "one of: broken, fine" in unknown.stderr


def test_a_checkpoint_reaches_the_benchmarks_that_measure_one(known, tmp_path):
    def asked(model=None):
        return Report("asked", (RATE,), {"model": str(model)})

    known(asked=asked, parse=lambda: Report("parse", (RATE,)))
    answer = CliRunner().invoke(harness.main, ["--model", str(tmp_path), "--output", str(tmp_path / "out")])
    assert answer.exit_code == 0, answer.output
    assert json.loads((tmp_path / "out" / "asked.json").read_text())["context"] == {"model": str(tmp_path)}
