"""`scripts/prerun.py` as its users meet it: list, run, check."""

import json
import re

from mechnotes._artifacts import files, inventory
from tests.prerun_script import DESCENT

AVERAGE = "sample_experiments.averages.average"


def test_a_run_of_everything_orders_itself_by_what_reads_what(prerun):
    code, printed = prerun("run")
    assert code == 0, printed
    # `average` comes first by name, and fails until `quick` is there.
    assert printed.index(f"{DESCENT} quick: stored") < printed.index(f"{AVERAGE} default: stored")
    assert "enormous full: skipped, it needs a GPU" in printed
    code, printed = prerun("check")
    assert code == 0, printed
    assert "not run: sample_experiments.averages.enormous full (needs a GPU)" in printed
    assert "5 cases, 0 problems" in printed


def test_fresh_cases_are_skipped_unless_forced(prerun):
    prerun("run", DESCENT, "quick")
    manifest = files.place(DESCENT, "quick").manifest
    before = manifest.stat().st_mtime_ns
    assert prerun("run", DESCENT, "quick") == (0, "nothing to compute\n")
    assert manifest.stat().st_mtime_ns == before
    code, printed = prerun("run", DESCENT, "quick", "--force")
    assert (code, printed) == (0, f"{DESCENT} quick: stored\n")
    assert manifest.stat().st_mtime_ns > before


def test_list_shows_cost_scale_device_and_state(prerun):
    prerun("run", DESCENT, "quick")
    _, printed = prerun("list")
    lines = {tuple(line.split()[:2]): line for line in printed.splitlines()}
    assert re.search(r"reduced\s+cpu\s+0.02 min\s+fresh$", lines[DESCENT, "quick"])
    assert re.search(r"paper\s+cpu\s+0.02 min\s+missing$", lines[DESCENT, "large"])
    enormous = lines["sample_experiments.averages.enormous", "full"]
    assert re.search(r"paper\s+cuda\s+60 min\s+not run$", enormous)


def test_an_input_that_changed_makes_its_reader_stale(prerun):
    prerun("run", DESCENT, "quick")
    prerun("run", AVERAGE)
    where = files.place(DESCENT, "quick")
    manifest = json.loads(where.manifest.read_text())
    reader = json.loads(files.place(AVERAGE, "default").manifest.read_text())
    assert reader["inputs"] == {f"artifacts/{DESCENT}/quick.json": manifest["content"]}
    # Another date or duration is not another content.
    where.manifest.write_text(json.dumps(files.sealed({**manifest, "seconds": 9.9})))
    assert "0 problems" not in prerun("check")[1]  # slow and large are missing
    assert f"{AVERAGE} default is stale" not in prerun("check")[1]
    where.manifest.write_text(json.dumps(files.sealed({**manifest, "content": "0" * 16})))
    code, printed = prerun("check")
    assert code == 1
    assert f"{AVERAGE} default is stale: what it read has changed (artifacts/{DESCENT}" in printed
    assert f"Run: python scripts/prerun.py run {AVERAGE} default" in printed


def test_check_names_what_is_missing_damaged_orphaned_or_too_large(prerun, monkeypatch):
    prerun("run")
    files.place(DESCENT, "quick").weights.write_bytes(b"")
    for path in (files.place(DESCENT, "slow").weights, files.place(DESCENT, "slow").manifest):
        path.unlink()
    (files.folder() / "old.experiment").mkdir()
    (files.folder() / "old.experiment" / "x.json").write_text("{}")
    monkeypatch.setattr(inventory, "FILE_BYTES", 100_000)
    monkeypatch.setattr(inventory, "TOTAL_BYTES", 100_000)
    code, printed = prerun("check")
    assert code == 1
    assert f"{DESCENT} quick is corrupt" in printed
    assert f"{DESCENT} slow is missing" in printed
    assert "old.experiment/x.json belongs to no declared case" in printed
    assert f"{DESCENT}/large.safetensors has 0.17 MB, more than 0.10 MB" in printed
    assert "all artifacts together have 0.1" in printed


def test_the_budget_is_that_of_the_design():
    assert (inventory.TOTAL_BYTES, inventory.FILE_BYTES) == (48_000_000, 6_000_000)


def test_check_compares_library_versions_only_when_asked(prerun):
    prerun("run")
    where = files.place(DESCENT, "quick")
    manifest = json.loads(where.manifest.read_text())
    manifest["versions"]["torch"] = "1.0"
    where.manifest.write_text(json.dumps(files.sealed(manifest)))
    assert prerun("check")[0] == 0
    code, printed = prerun("check", "--versions")
    assert code == 1
    assert re.search(r"quick was made with torch 1\.0, here \d", printed)


def test_an_interrupted_store_is_reported_by_check_and_finished_by_run(prerun):
    prerun("run")
    where = files.place(DESCENT, "quick")
    weights, manifest = where.weights.read_bytes(), where.manifest.read_bytes()
    where.pending_manifest.write_bytes(manifest)
    where.manifest.unlink()
    code, printed = prerun("check")
    assert code == 1
    assert f"{DESCENT} quick was cut off while being stored. Run: python scripts" in printed
    code, printed = prerun("run", DESCENT, "quick")
    assert code == 0
    assert "stored the result of an interrupted run" in printed
    assert (where.weights.read_bytes(), where.manifest.read_bytes()) == (weights, manifest)
    assert prerun("check")[0] == 0


def test_an_unknown_name_or_case_is_told_the_nearest(prerun):
    code, printed = prerun("run", "sample_experiments.descent.descent")
    assert code == 2
    assert f"Did you mean '{DESCENT}'?" in printed
    code, printed = prerun("run", DESCENT, "quik")
    assert code == 2
    assert "Did you mean 'quick'?" in printed
