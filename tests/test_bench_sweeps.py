"""The benchmark of sweeps, at its smallest: that it measures and compares, not how fast."""

import io
import json
from pathlib import Path

import bench_sweeps
import pytest
import torch

from mechnotes.monosemanticity.config import RunConfig

TINY = RunConfig(n_features=8, d_embedding=4, n_neurons=8, batch_size=8)


def test_all_sides_are_measured_and_agree(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setitem(bench_sweeps.SIZES, "small", TINY)
    monkeypatch.setattr(bench_sweeps, "in_two_processes", lambda *_: 0.5)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    small = ["--sizes", "small", "--models", "2", "--steps", "2", "--repeats", "1"]
    assert bench_sweeps.main([*small, "--results", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "sweeps.json").read_text())
    (row,) = told["rows"]
    assert set(row["all"]) == {"ours", "loop", "loop x2", "ours x2"}
    assert row["loop x2"] == 0.5 * 1e3 / 4
    assert row["losses differ by"] < bench_sweeps.ALIKE
    assert list(told["growth"]["small"]) == ["1", "2"]
    assert "kept in sweeps.json" in capsys.readouterr().out


def test_two_processes_share_the_models(monkeypatch):
    trained = []
    monkeypatch.setattr(bench_sweeps.reference, "train", lambda *_, **__: None)
    monkeypatch.setattr(bench_sweeps, "train_each", lambda runs, _: trained.extend(runs))
    monkeypatch.setattr("sys.stdin", io.StringIO("go\ngo\n"))
    threads = torch.get_num_threads()
    try:
        for worker in ("0", "1"):
            assert bench_sweeps.main(["--models", "3", "--steps", "1", "--worker", worker]) == 0
    finally:
        torch.set_num_threads(threads)
    rates = sorted(run.learning_rate for run in trained)
    assert rates == pytest.approx([0.001, 0.002, 0.003])


def test_sides_that_differ_are_not_compared(monkeypatch):
    monkeypatch.setitem(bench_sweeps.SIZES, "small", TINY)
    monkeypatch.setattr(bench_sweeps, "differ", lambda _: 0.1)
    with pytest.raises(RuntimeError, match=r"small are 0\.1 apart"):
        bench_sweeps.main(["--sizes", "small", "--models", "1", "--steps", "1"])


def test_no_model_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench_sweeps.main(["--models", "0"])
    assert "at least one model" in capsys.readouterr().err
