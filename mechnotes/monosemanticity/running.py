"""How are rows of the table, and sweeps of one's own, computed from a terminal?

Rows are cases of the experiments in `training`: they are planned here and computed by whatever
executor is at hand, this process, a pool of them or a Dask cluster, one row being one task. A sweep
with sizes and values of one's own is computed in this process and stored beside, in the same two
files; `read` gives it back. Either continues where it was interrupted.
"""

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import urlsplit

from mechnotes import validate
from mechnotes._artifacts import computation, files, freshness, machine, results, scheduling
from mechnotes.digests import function_digest, shortened
from mechnotes.experiments import Experiment, Provenance
from mechnotes.monosemanticity import cases, table, training
from mechnotes.monosemanticity.config import SweepConfig, checked_sweep

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
    folder = Path(".cache") / "prerun" if checkpoints is None else checkpoints
    tasks, fresh = [], []
    for case in dict.fromkeys(chosen):
        files.finish_interrupted(files.place(experiment.experiment_name, case))
        if freshness.inspect(experiment, case).status == "fresh" and not force:
            fresh.append(case)
            continue
        task = computation.Task(
            experiment=experiment.experiment_name,
            case=case,
            digest=function_digest(experiment),
            device=device,
            threads=threads,
            checkpoints=str(folder.resolve()),
            save_seconds=validate.number(save_seconds, "save_seconds", low=0.0),
            progress=progress,
        )
        if force:
            task.checkpoint.unlink(missing_ok=True)
        tasks.append(task)
    return Plan(tasks=tuple(tasks), fresh=tuple(fresh))


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


def place(folder: Path, name: str) -> files.Place:
    """The two files of a sweep of one's own.

    Args:
        folder: Where they lie.
        name: Their name, without an ending.
    """
    return files.Place(folder / f"{name}.safetensors", folder / f"{name}.json")


def run_own(
    config: SweepConfig, where: files.Place, *, device: str = "cpu", progress: bool = False
) -> training.SweepResult:
    """Compute a sweep of one's own and store it, continuing an interrupted one.

    Args:
        config: The sweep.
        where: From `place`.
        device: "cpu" or "cuda".
        progress: Whether to show a bar.

    Returns:
        The result. What is stored already for the same config and code is read, not computed.

    Raises:
        ValueError: If the config is not a SweepConfig or the device is unknown.
    """
    from mechnotes.runs import Run

    about = {
        "format": files.FORMAT,
        "experiment": "monosemanticity.training.trained",
        "case": where.weights.stem,
        "config": results.plain(checked_sweep(config)),
        "scale": "own",
        "digest": function_digest(training.trained),
        "commit": machine.commit(),
        "versions": machine.versions(),
    }
    if _is_done(where, about):
        return read(where)
    checkpoint = where.weights.with_suffix(".checkpoint")
    key = shortened(f"{about['config']} {about['digest']} {device}".encode())
    started = Run(checkpoint=checkpoint, key=key, progress=progress, label=where.weights.stem)
    result = training.trained(config, device=device, run=started)
    tensors, values = results.pack(result)

    import safetensors.torch

    weights = safetensors.torch.save(tensors)
    measured = {
        "seeds": list(range(config.base.seed, config.base.seed + config.n_seeds)),
        "renewed_from": [],
        "seconds": round(started.seconds, 2),
        "peak_memory_mb": round(machine.peak_memory_mb(device), 1),
        "threads": 1,
        "device": machine.device_name(device),
        "traced": started.traced,
        "inputs": {},
        "date": computation.today(),
    }
    manifest = {**about, **measured, **computation.contents(weights, values)}
    files.store(where, manifest=manifest, weights=weights)
    checkpoint.unlink(missing_ok=True)
    return read(where)


def _is_done(where: files.Place, about: dict[str, object]) -> bool:
    """Whether the files hold what this config and this code give."""
    files.finish_interrupted(where)
    try:
        manifest = files.read_manifest(where.manifest)
    except (FileNotFoundError, ValueError):
        return False
    same = all(manifest.get(key) == about[key] for key in ("config", "digest"))
    return same and where.weights.is_file()


def read(where: files.Place) -> training.SweepResult:
    """Read a sweep of one's own.

    Args:
        where: From `place`.

    Raises:
        ValueError: If a file is missing or damaged.
    """
    import safetensors.torch

    try:
        manifest = files.read_manifest(where.manifest)
        content = where.weights.read_bytes()
    except FileNotFoundError as error:
        validate.refuse(
            "where",
            got=f"no file {error.filename}",
            expected="the two files of a sweep",
            fix="Run the sweep first; `place` says where it is stored.",
        )
    if shortened(content) != manifest["weights"]["checksum"]:
        raise ValueError(f"{where.weights.name} does not match its checksum: run the sweep again")
    stored = safetensors.torch.load(content)
    result: training.SweepResult = results.unpack(
        training.SweepResult, stored, dict(manifest["values"])
    )
    return replace(result, provenance=Provenance.from_manifest(manifest))
