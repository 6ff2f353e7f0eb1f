"""The same results here, in a pool and on a cluster; failures stay where they happen."""

import dataclasses
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mechnotes import experiments
from mechnotes._artifacts import files, scheduling
from mechnotes._artifacts.computation import Task
from mechnotes.digests import function_digest
from tests.prerun_script import DESCENT, PACKAGE, ROOT
from tests.sample_experiments import averages, descent

AVERAGE = "sample_experiments.averages.average"


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


def test_a_cluster_without_dask_says_what_to_install(prerun, monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    monkeypatch.setitem(sys.modules, "dask", None)
    code, printed = prerun("run", DESCENT, "quick", "--scheduler", "tcp://127.0.0.1:8786")
    assert code == 2
    assert "pip install distributed" in printed


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
    status = Path(f"/proc/{process_id}/stat")
    # A zombie that nobody has waited for has left too.
    return not (status.exists() and status.read_text().split()[2] == "Z")


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
        task(averages.average, "default", tmp_path),
        task(descent.descend, "large", tmp_path),
    ]
    ended = list(scheduling.run_tasks(tasks, executor=scheduling.InProcess(), width=1))
    assert [(end.task.case, type(end.error)) for end in ended] == [
        ("large", type(None)),
        ("default", experiments.ArtifactMissing),
    ]


def test_code_that_is_edited_after_the_start_is_never_stamped_on_a_result(prerun, tmp_path):
    planned = dataclasses.replace(task(descent.descend, "quick", tmp_path), digest="0" * 16)
    (ended,) = scheduling.run_tasks([planned], executor=scheduling.InProcess(), width=1)
    assert "is not what it was at the start: start again" in str(ended.error)
    assert not files.folder().exists()


def task(experiment, case, folder):
    return Task(
        experiment=experiment.experiment_name,
        case=case,
        digest=function_digest(experiment),
        package=PACKAGE,
        checkpoints=str(folder / "checkpoints"),
    )
