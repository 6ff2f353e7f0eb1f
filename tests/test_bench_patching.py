"""The benchmark of patching, at its smallest: that it measures and compares, not how fast it is."""

import json
from pathlib import Path

import bench_patching
import pytest
from bench import interventions


def test_all_sides_give_the_same_values_and_are_kept(tmp_path: Path, capsys):
    command = ["--shape", "storybook", "--pairs", "1", "--repeats", "1", "--sweeps", "heads"]
    assert bench_patching.main([*command, "--results", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "patching-storybook-10.json").read_text())
    (row,) = told["rows"]
    assert set(row["all"]) == set(interventions.SIDES)
    assert set(row["ratio"]) == {"bridge", "hooked"}
    assert max(row["differ by"].values()) < 1e-4
    assert min(row["peak MB"].values()) > 10
    assert "heads" in capsys.readouterr().out


def test_every_sweep_is_the_same_on_all_sides():
    contest = interventions.contest("storybook", changed=9, n_pairs=2)
    for what in interventions.SWEEPS:
        ours, *others = (contest.run(side, what) for side in interventions.SIDES)
        assert all((other - ours).abs().max() < 1e-4 for other in others), what


def test_a_token_beyond_the_prompt_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench_patching.main(["--changed", "15"])
    assert "expected a token from 0 to 14" in capsys.readouterr().err
