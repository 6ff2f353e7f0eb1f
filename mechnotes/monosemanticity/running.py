"""How are rows of the table computed from a terminal?

They are cases of the experiments in `training`: planned here, and computed by whatever executor is
at hand, this process, a pool of them or a Dask cluster. One row is one task, so the results do not
depend on where they are computed. A row continues where it was interrupted.
"""

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import urlsplit

from mechnotes import validate
from mechnotes._artifacts import computation, files, freshness, scheduling
from mechnotes.digests import function_digest
from mechnotes.experiments import Experiment
from mechnotes.monosemanticity import cases, table, training

Scale = Literal["reduced", "paper"]
ANSWER_SECONDS = 5.0
"""How long a scheduler has to answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Rows to compute, and what need not be."""

    tasks: tuple[computation.Task, ...]
    """What has to be computed."""
    fresh: tuple[str, ...]
    """Rows whose results are there already."""


def experiment_of(scale: Scale) -> Experiment[..., training.SweepResult]:
    """The experiment whose cases are the rows at one scale.

    Args:
        scale: "reduced" or "paper".

    Raises:
        ValueError: If the scale is unknown.
    """
    validate.choice(scale, "scale", ("reduced", "paper"))
    return training.sweep if scale == "reduced" else training.paper_sweep


def plan(
    names: Sequence[str],
    *,
    scale: Scale = "reduced",
    device: str | None = None,
    threads: int = 1,
    checkpoints: Path | None = None,
    save_seconds: float | int = 30.0,
    progress: bool = False,
    force: bool = False,
) -> Plan:
    """Find out what has to be computed for some rows.

    Args:
        names: Labels of rows of Table 1, or names of ablations; none for all of them.
        scale: "reduced" or "paper".
        device: "cpu" or "cuda"; by default what the scale was made for.
        threads: CPU threads.
        checkpoints: Folder of the checkpoints; by default `.cache/prerun` here.
        save_seconds: Shortest time between two checkpoints, in seconds.
        progress: Whether each row shows a bar.
        force: Whether to compute what is fresh, too, from the beginning.

    Raises:
        ValueError: If a row is unknown (the nearest name is suggested) or the device is absent.
    """
    experiment = experiment_of(scale)
    chosen = [_case(name, experiment) for name in names] or list(experiment.cases)
    device = validate.device(experiment.device if device is None else device)
    validate.integer(threads, "threads", minimum=1)
    validate.number(save_seconds, "save_seconds", low=0.0)
    folder = (Path(".cache") / "prerun" if checkpoints is None else checkpoints).resolve()
    fresh = () if force else tuple(case for case in chosen if _is_fresh(experiment, case))
    tasks = [
        computation.Task(
            experiment=experiment.experiment_name,
            case=case,
            digest=function_digest(experiment),
            device=device,
            threads=threads,
            checkpoints=str(folder),
            save_seconds=float(save_seconds),
            progress=progress,
        )
        for case in dict.fromkeys(chosen)
        if case not in fresh
    ]
    for task in tasks if force else ():
        task.checkpoint.unlink(missing_ok=True)
    return Plan(tasks=tuple(tasks), fresh=fresh)


def _is_fresh(experiment: Experiment[..., training.SweepResult], case: str) -> bool:
    """Whether a row's result is stored and up to date, once an interrupted storing is completed."""
    files.finish_interrupted(files.place(experiment.experiment_name, case))
    return freshness.inspect(experiment, case).status == "fresh"


def _case(name: str, experiment: Experiment[..., training.SweepResult]) -> str:
    """Case of a row or an ablation."""
    if name in experiment.cases:
        return name
    return cases.case_of(table.row(name).name)


def executor(*, jobs: int = 1, scheduler: str | None = None) -> tuple[Executor, int]:
    """Something to compute with, and how many tasks to give it at a time.

    Args:
        jobs: Local processes.
        scheduler: Address of a Dask scheduler, tcp://host:port; then `jobs` does not count.

    Raises:
        ValueError: If `jobs` is no count, or nothing answers at the address.
        ModuleNotFoundError: If dask.distributed is needed and not installed.
    """
    if scheduler is None:
        jobs = validate.integer(jobs, "jobs", minimum=1)
        return scheduling.local_executor(jobs), jobs
    _knock(scheduler)
    try:
        return scheduling.dask_executor(scheduler)
    except OSError as error:
        _no_answer(scheduler, error)


def _knock(scheduler: str) -> None:
    """Look whether anything listens at an address; Dask itself would try for long."""
    try:
        parts = urlsplit(scheduler)
        where = (parts.hostname or "", parts.port or 0)
    except ValueError as error:
        _no_answer(scheduler, error)
    if parts.scheme not in ("tcp", "tls") or not all(where):
        _no_answer(scheduler, "this is no address")
    try:
        socket.create_connection(where, timeout=ANSWER_SECONDS).close()
    except OSError as error:
        _no_answer(scheduler, error)


def _no_answer(scheduler: str, reason: object) -> NoReturn:
    validate.refuse(
        "scheduler",
        got=f"no answer from {scheduler!r} ({reason})",
        expected="the address of a running Dask scheduler, tcp://host:port",
        fix="Start one with `dask scheduler`, and workers with `dask worker ADDRESS`.",
    )


def run(
    todo: Plan, *, jobs: int = 1, scheduler: str | None = None
) -> Iterator[scheduling.Finished]:
    """Compute what a plan asks for, and store each row as it is done.

    A worker that dies loses nothing that is stored; its row is begun again, from its checkpoint if
    the folder of checkpoints is shared.

    Args:
        todo: From `plan`.
        jobs: Local processes.
        scheduler: Address of a Dask scheduler.

    Yields:
        How each row ended, as it ends.

    Raises:
        ValueError: If `jobs` is no count, or nothing answers at the address.
    """
    workers, width = executor(jobs=jobs, scheduler=scheduler)
    with workers:
        yield from scheduling.run_tasks(todo.tasks, executor=workers, width=width)
