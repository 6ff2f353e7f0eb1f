"""A sweep on a cluster: a worker that is killed in mid-run loses nothing."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mechnotes._artifacts import files, scheduling
from mechnotes._artifacts.computation import Task
from mechnotes.digests import function_digest
from mechnotes.monosemanticity import running
from tests.monosemanticity import small_sweeps
from tests.prerun_script import ROOT


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and two workers on this machine: its address, and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port, alone = address.rpartition(":")[2], ["--no-dashboard"]
    worker = ["dask_worker", address, "--nthreads", "1", "--no-nanny", *alone]
    commands = [["dask_scheduler", "--host", "127.0.0.1", "--port", port, *alone], worker, worker]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *options],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, *options in commands
    ]
    try:
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@dataclass
class Assassin(threading.Thread):
    """Kills a worker as soon as two tasks have saved a checkpoint."""

    victim: subprocess.Popen
    checkpoints: Path

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.struck = False

    def run(self) -> None:
        while len(list(self.checkpoints.rglob("*.safetensors"))) < 2:
            time.sleep(0.01)
        self.victim.send_signal(signal.SIGKILL)
        self.struck = True

    __hash__ = threading.Thread.__hash__


@pytest.mark.slow
def test_a_worker_killed_in_mid_run_loses_nothing(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    name, cases = small_sweeps.sweep.experiment_name, list(small_sweeps.sweep.cases)
    found = []
    with cluster(tmp_path) as (address, workers):
        for side in ("alone", "cluster"):
            monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path / side))
            tasks = [
                Task(
                    experiment=name,
                    case=case,
                    digest=function_digest(small_sweeps.sweep),
                    package="tests.monosemanticity",
                    checkpoints=str(tmp_path / side / "checkpoints"),
                    save_seconds=0.1,
                )
                for case in cases
            ]
            if side == "alone":
                executor, width = running.executor(jobs=1)
            else:
                _wait_for(address)
                executor, width = running.executor(scheduler=address)
                assassin = Assassin(workers[0], tmp_path / side / "checkpoints")
                assassin.start()
            with executor:
                ended = list(scheduling.run_tasks(tasks, executor=executor, width=max(width, 2)))
            assert [end.error for end in ended] == [None] * len(cases)
            places = [files.place(name, case).manifest for case in cases]
            found.append([files.read_manifest(place)["content"] for place in places])
    assert assassin.struck
    assert found[0] == found[1]


def _wait_for(address: str) -> None:
    """Wait until both workers have joined."""
    from dask.distributed import Client

    with Client(address, set_as_default=False, timeout=20) as client:
        client.wait_for_workers(2, timeout=20)
