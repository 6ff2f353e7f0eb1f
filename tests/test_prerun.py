"""`scripts/prerun.py` as its users meet it: list, run, check, renew."""

import importlib
import json
import os
import re
import socket
import subprocess
import sys
import textwrap
import time

import pytest

from mechnotes import experiments
from mechnotes._artifacts import files, inventory, scheduling
from mechnotes._artifacts.computation import Task
from tests.prerun_script import DESCENT, PACKAGE, ROOT, load_script

AVERAGE = "sample_experiments.averages.average"


@pytest.fixture
def prerun(tmp_path, monkeypatch, capsys):
    """Call the script in this process; return its exit code and what it printed."""
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path / "artifacts"))
    script = load_script()

    def call(*words, package=PACKAGE):
        if words[0] == "run":
            words = (*words, "--checkpoints", str(tmp_path / "checkpoints"))
        code = script.main(["--package", package, *words])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


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
    assert (inventory.TOTAL_BYTES, inventory.FILE_BYTES) == (48_000_000, 2_000_000)


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


def test_two_processes_give_the_same_content_as_one(prerun):
    prerun("run")
    names = [(DESCENT, "quick"), (DESCENT, "slow"), (DESCENT, "large"), (AVERAGE, "default")]

    def contents():
        return [files.read_manifest(files.place(*name).manifest)["content"] for name in names]

    alone = contents()
    code, printed = prerun("run", "--force", "--jobs", "2")
    assert code == 0, printed
    assert contents() == alone


def test_one_failure_does_not_stop_the_others(prerun, monkeypatch):
    compute = scheduling.compute

    def failing(task):
        if task.case == "quick":
            raise RuntimeError("the sky fell")
        return compute(task)

    monkeypatch.setattr(scheduling, "compute", failing)
    code, printed = prerun("run")
    assert code == 1
    assert "the sky fell" in printed
    assert f"{DESCENT} quick: failed" in printed
    assert f"{DESCENT} large: stored" in printed
    assert f"{AVERAGE} default: it reads an artifact, and the result of {DESCENT}" in printed


def test_an_unknown_name_or_case_is_told_the_nearest(prerun):
    code, printed = prerun("run", "sample_experiments.descent.descent")
    assert code == 2
    assert f"Did you mean '{DESCENT}'?" in printed
    code, printed = prerun("run", DESCENT, "quik")
    assert code == 2
    assert "Did you mean 'quick'?" in printed


def test_a_cluster_without_dask_says_what_to_install(prerun, monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    monkeypatch.setitem(sys.modules, "dask", None)
    code, printed = prerun("run", DESCENT, "quick", "--scheduler", "tcp://127.0.0.1:8786")
    assert code == 2
    assert "pip install distributed" in printed


STUDY = """
    from dataclasses import dataclass, field
    import torch
    from torch import Tensor
    from mechnotes.experiments import Provenance, experiment
    from mechnotes.runs import Run
    from study_lab import helpers

    @dataclass(frozen=True)
    class Config:
        steps: int = 30

    @dataclass(frozen=True)
    class Result:
        x: Tensor
        provenance: Provenance | None = field(default=None, compare=False, repr=False)

    @experiment(cases={"default": Config()}, minutes=1.0)
    def traced(config: Config, *, run: Run | None = None) -> Result:
        run = run or Run()
        x = torch.ones(3)
        for step in run.steps(config.steps):
            x = helpers.halved(x) + step
            run.trace(x)
        return Result(x=x + helpers.OFFSET)

    @experiment(cases={"default": Config()}, minutes=1.0)
    def untraced(config: Config) -> Result:
        return Result(x=helpers.halved(torch.ones(3)) + helpers.OFFSET)
"""
HELPERS = """
    OFFSET = 1.0

    def halved(x):
        return x / 2
"""


@pytest.fixture
def study(prerun, tmp_path, monkeypatch):
    """A package whose source a test may edit; `call` runs the script on the edited code."""
    home = tmp_path / "study_lab"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "study.py").write_text(textwrap.dedent(STUDY))
    (home / "helpers.py").write_text(textwrap.dedent(HELPERS))
    monkeypatch.syspath_prepend(tmp_path)
    # Edits within one second and of equal length would otherwise be hidden by cached bytecode.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def forget():
        for name in [name for name in sys.modules if name.startswith("study_lab")]:
            del sys.modules[name]

    class Study:
        def edit(self, module, old, new):
            path = home / f"{module}.py"
            source = path.read_text()
            assert old in source
            path.write_text(source.replace(old, new))

        def call(self, *words):
            forget()
            importlib.invalidate_caches()
            return prerun(*words, package="study_lab")

        def manifest(self, function):
            return files.read_manifest(files.place(f"study.{function}", "default").manifest)

    yield Study()
    forget()


def test_a_neighbour_or_a_case_leaves_artifacts_fresh_and_a_reached_helper_does_not(study):
    assert study.call("run")[0] == 0
    study.edit("helpers", "def halved", "def doubled(x):\n    return 2 * x\n\n\ndef halved")
    study.edit(
        "study", "class Result", "class Neighbour:\n    y: int = 1\n\n@dataclass\nclass Result"
    )
    study.edit("study", '"default": Config()', '"default": Config(), "long": Config(steps=60)')
    _, printed = study.call("list")
    assert printed.count("fresh") == 2
    assert printed.count("missing") == 2
    study.edit("helpers", "x / 2", "x / 3")
    assert study.call("list")[1].count("stale: its code has changed") == 2
    study.edit("helpers", "x / 3", "x / 2")
    assert study.call("list")[1].count("fresh") == 2


def test_a_changed_config_is_stale(study):
    study.call("run")
    study.edit("study", "steps: int = 30", "steps: int = 31")
    assert study.call("list")[1].count("stale: its config has changed") == 2
    assert study.call("run")[0] == 0
    assert study.call("check")[0] == 0


def test_a_refactor_is_renewed_and_both_digests_are_recorded(study):
    study.call("run")
    before = {name: study.manifest(name) for name in ("traced", "untraced")}
    study.edit("helpers", "x / 2", "0.5 * x")
    code, printed = study.call("renew")
    assert code == 0, printed
    assert printed.count("renewed") == 2
    for name, old in before.items():
        new = study.manifest(name)
        assert new["renewed_from"] == [old["digest"]]
        assert new["digest"] != old["digest"]
        assert new["content"] == old["content"]
        assert new["date"] == old["date"]
    assert study.call("check")[0] == 0
    assert study.call("renew")[1].count("fresh") == 2
    study.edit("helpers", "0.5 * x", "x * 0.5")
    study.call("renew")
    assert len(study.manifest("traced")["renewed_from"]) == 2


def test_an_edit_that_changes_numbers_is_not_renewed(study):
    study.call("run")
    study.edit("helpers", "x / 2", "x / 2 + 0.01")
    code, printed = study.call("renew")
    assert code == 1
    assert "study.traced default: refused traced value 1 was 0.5, 0.5, 0.5 and is now" in printed
    assert "study.untraced default: refused x differs from the stored tensor; run it" in printed
    assert study.call("check")[0] == 1


def test_renewing_repeats_only_the_stored_steps(study, monkeypatch):
    study.call("run")
    study.edit("study", "run.trace(x)", "run.trace(x)\n        assert step < 8")
    code, printed = study.call("renew", "study.traced")
    assert code == 0, printed


def test_a_changed_config_or_a_missing_artifact_is_not_renewed(study):
    study.call("run", "study.traced")
    study.edit("study", "steps: int = 30", "steps: int = 31")
    code, printed = study.call("renew")
    assert code == 1
    assert "study.traced default: refused its config has changed; run it" in printed
    assert "study.untraced default: refused missing" in printed


def test_a_worker_leaves_when_the_run_that_started_it_is_killed(tmp_path):
    code = (
        "import os, time; from mechnotes._artifacts import scheduling\n"
        "if __name__ == '__main__':\n"
        "    pool = scheduling.local_executor(2)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    script = tmp_path / "pool.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        worker = int(process.stdout.readline())
        process.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and is_running(worker):
        time.sleep(0.1)
    assert not is_running(worker)


def is_running(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = f"/proc/{process_id}/stat"
    # A zombie that nobody has waited for has left too.
    return not (os.path.exists(status) and open(status).read().split()[2] == "Z")


@pytest.mark.slow
def test_a_dask_cluster_of_two_workers_gives_the_same_content(prerun, tmp_path):
    pytest.importorskip("distributed")
    prerun("run", DESCENT)
    prerun("run", AVERAGE)
    names = [(DESCENT, "quick"), (DESCENT, "large"), (AVERAGE, "default")]
    local = [files.read_manifest(files.place(*name).manifest)["content"] for name in names]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    words = {
        "scheduler": ["dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"],
        "one": ["dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"],
        "two": ["dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"],
    }
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{command}", *options],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command, *options in words.values()
    ]
    try:
        command = [sys.executable, "scripts/prerun.py", "--package", PACKAGE, "run", "--force"]
        done = subprocess.run(
            [*command, "--scheduler", address, "--checkpoints", str(tmp_path / "checkpoints")],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        for process in processes:
            process.kill()
            process.wait()
    cluster = [files.read_manifest(files.place(*name).manifest)["content"] for name in names]
    assert cluster == local


def test_a_task_that_reads_something_never_stored_fails_once_all_else_is_done(prerun, tmp_path):
    tasks = [
        Task(experiment=AVERAGE, case="default", package=PACKAGE, checkpoints=str(tmp_path / "c")),
        Task(experiment=DESCENT, case="large", package=PACKAGE, checkpoints=str(tmp_path / "c")),
    ]
    ended = list(scheduling.run_tasks(tasks, executor=scheduling.InProcess(), width=1))
    assert [(end.task.case, type(end.error)) for end in ended] == [
        ("large", type(None)),
        ("default", experiments.ArtifactMissing),
    ]
