"""How are many cases computed, here or on a cluster?

`run_tasks` feeds any `concurrent.futures.Executor`: the calling process, a pool of local processes
or a Dask cluster. One task is one case, whatever the number of workers, so the results do not
depend on where they were computed. Each result is stored the moment it arrives.

A case that reads another case's artifact fails while that one is missing or stale; it is put back
and tried again when something else has been stored, so the order takes care of itself.
"""

import concurrent.futures
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from mechnotes import experiments
from mechnotes._artifacts import files
from mechnotes._artifacts.computation import Computed, Task, compute


@dataclass(frozen=True)
class Finished:
    """How a task ended."""

    task: Task
    error: Exception | None
    """None if the artifact was computed and stored."""


class InProcess(concurrent.futures.Executor):
    """Computes each task in the calling process, at the moment it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call the function and return a future that is already done."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def local_executor(jobs: int) -> concurrent.futures.Executor:
    """An executor for this machine: the calling process for one job, else a pool of processes."""
    if jobs == 1:
        return InProcess()
    # A fresh interpreter for each worker: torch's threads do not survive a fork.
    return concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_end_with_parent
    )


def dask_executor(address: str) -> tuple[concurrent.futures.Executor, int]:
    """An executor on a running Dask cluster, and its number of worker threads.

    Raises:
        ModuleNotFoundError: If dask.distributed is not installed.
        OSError: If no scheduler answers at the address.
    """
    try:
        from dask.distributed import Client
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "running on a cluster needs dask.distributed: pip install distributed"
        ) from error
    client = Client(address, set_as_default=False, timeout=20)
    return client.get_executor(), max(1, sum(client.nthreads().values()))


def run_tasks(
    tasks: Iterable[Task], *, executor: concurrent.futures.Executor, width: int
) -> Iterator[Finished]:
    """Compute tasks and store their artifacts.

    Args:
        tasks: What to compute.
        executor: Where to compute it.
        width: How many tasks to have under way at a time.

    Yields:
        How each task ended, as it ends.
    """
    waiting = list(tasks)
    postponed: list[Finished] = []
    under_way: dict[concurrent.futures.Future[Computed], Task] = {}
    while waiting or under_way:
        while waiting and len(under_way) < width:
            task = waiting.pop(0)
            try:
                under_way[executor.submit(compute, task)] = task
            except concurrent.futures.BrokenExecutor as error:
                yield Finished(task, error)
        done, _ = concurrent.futures.wait(under_way, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            finished = _stored(under_way.pop(future), future)
            if isinstance(finished.error, UNREADY):
                postponed.append(finished)
                continue
            yield finished
            if finished.error is None:
                waiting += [earlier.task for earlier in postponed]
                postponed.clear()
    yield from postponed


UNREADY = (experiments.ArtifactMissing, experiments.ArtifactStale, experiments.ArtifactCorrupt)
"""What a case raises while an artifact that it reads has yet to be computed."""


def _stored(task: Task, future: "concurrent.futures.Future[Computed]") -> Finished:
    """Store what a task computed; only then is its checkpoint no longer needed."""
    try:
        computed = future.result()
        where = files.place(task.experiment, task.case)
        files.store(where, manifest=computed.manifest, weights=computed.weights)
        task.checkpoint.unlink(missing_ok=True)
    except Exception as error:
        return Finished(task, error)
    return Finished(task, None)


def _end_with_parent() -> None:
    """Make a worker leave when the process that started it is gone, killed ones included."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
