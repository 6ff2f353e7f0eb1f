"""The benchmark of statistics, at its smallest: that it measures and compares, not how fast."""

import json
from pathlib import Path

import bench_statistics
import pytest


def test_all_sides_are_measured_and_agree_where_every_relabeling_is_listed(tmp_path: Path, capsys):
    small = [
        "--latents",
        "40",
        "--relabelings",
        "40",
        "--part",
        "20",
        "--repeats",
        "1",
        "--seconds-only",
    ]
    assert bench_statistics.main([*small, "--results", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "statistics-40.json").read_text())
    (row,) = told["rows"]
    assert set(row["all"]) == set(bench_statistics.SIDES)
    assert set(told["differ by"]) == {"scipy", "loop", "loop, adjusted"}
    assert max(told["differ by"].values()) < 1e-6
    assert "one part in 20" in capsys.readouterr().out


def test_a_part_larger_than_the_whole_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench_statistics.main(["--latents", "10"])
    assert "as many latents and relabelings as the part" in capsys.readouterr().err
