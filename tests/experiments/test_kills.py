"""Is anything ever lost when a run is killed, or when the disk is full?"""

import random
import sys
import time

import pytest
import torch

from mechnotes import experiments
from mechnotes._artifacts import files
from tests.prerun_script import DESCENT, KillableRuns
from tests.sample_experiments import descent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills")
    killable = KillableRuns(folder / "artifacts", folder / "checkpoints")
    yield folder, killable
    killable.close()


@pytest.fixture
def folder(process, monkeypatch):
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(process[0] / "artifacts"))
    wipe(process[0])
    return process[0]


@pytest.fixture
def runs(process, folder):
    return process[1]


def all_files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def wipe(folder):
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()


def checksums(case):
    manifest = files.read_manifest(files.place(DESCENT, case).manifest)
    return manifest["weights"]["checksum"], manifest["content"]


def assert_all_whole(case):
    """Whatever a kill left behind, a reader gets a whole result or an error with its cure."""
    try:
        experiments.load(descent.descend, case)
    except (experiments.ArtifactMissing, experiments.ArtifactCorrupt) as error:
        assert f"python scripts/prerun.py run {DESCENT} {case}" in str(error)


@pytest.mark.slow
def test_twenty_kills_at_random_moments_change_no_tensor_and_no_checksum(runs, folder):
    often = ("--save-seconds", "0.03")
    assert runs.run("quick")[0] == 0  # the first run waits for the imports
    started = time.monotonic()
    status, printed = runs.run("slow", *often)
    whole_run = time.monotonic() - started
    assert status == 0, printed
    expected = experiments.load(descent.descend, "slow")
    expected_checksums = checksums("slow")
    wipe(folder)

    moments = random.Random(20)
    kills = resumed = 0
    while kills < 20:
        status, printed = runs.run("slow", *often, kill_after=moments.uniform(0, 0.9 * whole_run))
        assert status in (-9, 0), printed
        kills += status == -9
        resumed += any((folder / "checkpoints").rglob("slow.safetensors"))
        assert_all_whole("slow")
        if status == -9 and files.place(DESCENT, "slow").manifest.exists():
            status, printed = runs.run("slow")
        if status == 0:
            assert checksums("slow") == expected_checksums
            wipe(folder)
    status, printed = runs.run("slow", *often)
    assert status == 0, printed
    result = experiments.load(descent.descend, "slow")
    assert checksums("slow") == expected_checksums
    assert torch.equal(result.W, expected.W)
    assert result.losses == expected.losses
    assert resumed >= 10, "most kills must hit a run that has something to lose"
    assert all_files(folder) == ["slow.json", "slow.safetensors"]


def test_a_kill_before_any_file_operation_leaves_a_cure_and_loses_no_finished_result(runs, folder):
    assert runs.run("quick")[0] == 0
    expected = checksums("quick")
    repaired = 0
    for operation in range(100):
        wipe(folder)
        status, printed = runs.run("quick", "--save-seconds", "0", die_before=operation)
        if status == 0:
            break
        assert status == -9, printed
        assert_all_whole("quick")
        status, printed = runs.run("quick")
        assert status == 0, printed
        repaired += "stored the result of an interrupted run" in printed
        assert checksums("quick") == expected
        assert all_files(folder / "artifacts") == ["quick.json", "quick.safetensors"]
    # 2 removals of old leftovers; 5 checkpoints of fsync, rename, fsync; then 3 fsyncs, 2 renames,
    # 1 fsync, and the removal of the checkpoint.
    assert operation == 2 + 5 * 3 + 7
    # Once both files are written, only an fsync of each kind and the renames are left to do.
    assert repaired == 4


def test_a_kill_while_an_old_artifact_is_replaced_leaves_the_old_one_or_the_new_one(runs, folder):
    assert runs.run("quick")[0] == 0
    for operation in range(100):
        status, _ = runs.run("quick", "--force", die_before=operation)
        experiments.load(descent.descend, "quick")
        if status == 0:
            break
        assert runs.run("quick")[0] == 0
    assert operation > 5
    assert all_files(folder / "artifacts") == ["quick.json", "quick.safetensors"]


def test_a_full_disk_loses_neither_the_old_artifact_nor_the_checkpoint(runs, folder):
    assert runs.run("large")[0] == 0
    before = experiments.load(descent.descend, "large")
    status, printed = runs.run("large", "--force", file_limit=20_000)
    assert status == 1
    assert "could not be stored" in printed
    assert "Free some space and run again" in printed
    assert torch.equal(experiments.load(descent.descend, "large").W, before.W)
    assert all_files(folder) == ["large.json", "large.safetensors"]


def test_a_disk_that_fills_up_in_the_middle_keeps_the_last_checkpoint(runs, folder):
    assert runs.run("slow")[0] == 0
    expected = checksums("slow")
    wipe(folder)
    runs.run("slow", "--save-seconds", "0", kill_after=0.5)
    (checkpoint,) = (folder / "checkpoints").rglob("slow.safetensors")
    saved = checkpoint.read_bytes()
    status, printed = runs.run("slow", "--save-seconds", "0", file_limit=20_000)
    assert status == 1
    assert "no checkpoint at step" in printed
    assert checkpoint.read_bytes() == saved
    assert runs.run("slow")[0] == 0
    assert checksums("slow") == expected
