"""The benchmark of patching, at its smallest: that it measures and compares, not how fast it is."""

import json
from pathlib import Path

import bench_patching
import pytest
from bench import interventions, report


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


def test_a_new_row_stands_beside_earlier_ones_that_were_made_alike(tmp_path: Path):
    def rows(pairs: int, what: str, seconds: float) -> list[tuple[str, float]]:
        row = {"what": what, "ours": seconds}
        kept = report.add_row("r", {"pairs": pairs}, row, packages=["torch"], folder=tmp_path)
        return [(each["what"], each["ours"]) for each in json.loads(kept.read_text())["rows"]]

    assert rows(4, "heads", 1.0) == [("heads", 1.0)]
    assert rows(4, "mlp", 2.0) == [("heads", 1.0), ("mlp", 2.0)]
    assert rows(4, "heads", 3.0) == [("mlp", 2.0), ("heads", 3.0)]
    assert rows(5, "heads", 4.0) == [("heads", 4.0)]


def test_every_sweep_is_the_same_on_all_sides():
    contest = interventions.contest("storybook", changed=9, n_pairs=2)
    for what in interventions.SWEEPS:
        ours, *others = (contest.run(side, what) for side in interventions.SIDES)
        assert all((other - ours).abs().max() < 1e-4 for other in others), what


def test_a_token_beyond_the_prompt_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench_patching.main(["--changed", "15"])
    assert "expected a token from 0 to 14" in capsys.readouterr().err
