"""What happens when one case is computed?

`compute` calls the experiment with a checkpoint to continue from, listens to what it reads, and
returns the artifact as a manifest and bytes. It writes nothing but the checkpoint, so that it can
run in another process or on another machine while the caller does the storing.

The number of threads is fixed because it changes the last digits of every sum.
"""

import datetime
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mechnotes import digests, experiments
from mechnotes._artifacts import declared, files, machine, reading, results


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One case to compute, as sent to whoever computes it."""

    experiment: str
    """Name of the experiment."""
    case: str
    """Name of the case."""
    digest: str
    """Digest of the code when the task was planned."""
    package: str = "mechnotes"
    """Package that declares it."""
    device: str = "cpu"
    """Device to compute on."""
    threads: int = 1
    """CPU threads for torch."""
    checkpoints: str = ".cache/prerun"
    """Folder of the checkpoints."""
    save_seconds: float = 30.0
    """Shortest time between two checkpoints, in seconds."""
    progress: bool = False
    """Whether to show a bar."""

    def __str__(self) -> str:
        return f"{self.experiment} {self.case}"

    @property
    def checkpoint(self) -> Path:
        """File of the checkpoint."""
        return Path(self.checkpoints) / self.experiment / f"{self.case}.safetensors"


@dataclass(frozen=True, kw_only=True, slots=True)
class Computed:
    """An artifact that is not yet stored."""

    manifest: Mapping[str, Any]
    weights: bytes = field(repr=False)


def compute(task: Task) -> Computed:
    """Compute one case, from its checkpoint if there is one.

    Raises:
        RuntimeError: If the source is no longer what the task was planned with. A process goes on
            running the code that it imported, so the digest of the edited source would be a lie.
    """
    import safetensors.torch
    import torch

    from mechnotes.runs import Run

    experiment = experiments.find(task.experiment, task.package)
    config = experiment.cases[task.case]
    declared.result_type(experiment)
    about = description(experiment, task.case)
    if about["digest"] != task.digest:
        raise RuntimeError(f"the code of {task} is not what it was at the start: start again")
    threads_before = torch.get_num_threads()
    torch.set_num_threads(task.threads)
    machine.forget_peak_memory(task.device)
    try:
        with reading.recorded() as inputs:
            run = Run(
                checkpoint=task.checkpoint,
                key=checkpoint_key(about, device=task.device, threads=task.threads),
                save_seconds=task.save_seconds,
                progress=task.progress,
                label=str(task),
                inputs=inputs,
            )
            result = call(experiment, config, device=task.device, run=run)
    finally:
        torch.set_num_threads(threads_before)
    tensors, values = results.pack(result)
    weights = safetensors.torch.save(tensors)
    measured = {
        "seconds": round(run.seconds, 2),
        "peak_memory_mb": round(machine.peak_memory_mb(task.device), 1),
        "threads": task.threads,
        "device": machine.device_name(task.device),
        "traced": run.traced,
        "inputs": dict(sorted(inputs.items())),
        "date": today(),
    }
    manifest = {**about, **measured, **contents(weights, values)}
    return Computed(manifest=manifest, weights=weights)


def call(experiment: Any, config: Any, *, device: str, run: Any) -> Any:
    """Call an experiment with those of `device` and `run` that it accepts."""
    accepted = inspect.signature(experiment).parameters
    offered = {"device": device, "run": run}
    return experiment(config, **{k: v for k, v in offered.items() if k in accepted})


def description(experiment: Any, case: str) -> dict[str, Any]:
    """The entries of a manifest that are known before anything is computed."""
    config = results.plain(experiment.cases[case])
    return {
        "format": files.FORMAT,
        "experiment": experiment.experiment_name,
        "case": case,
        "config": config,
        "seeds": seeds(config),
        "scale": experiment.scales[case],
        "digest": digests.function_digest(experiment),
        "renewed_from": [],
        "commit": machine.commit(),
        "versions": machine.versions(),
    }


def today() -> str:
    """Day and time in UTC, ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def contents(weights: bytes, values: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a manifest that hold or describe the result itself."""
    checksum = digests.shortened(weights)
    exact = f"{checksum} {json.dumps(values, sort_keys=True, allow_nan=False)}"
    return {
        "weights": {"checksum": checksum, "bytes": len(weights)},
        "values": values,
        "content": digests.shortened(exact.encode()),
    }


def checkpoint_key(about: Mapping[str, Any], *, device: str, threads: int) -> str:
    """What a checkpoint must have been made by to be continued: this code, config and machine."""
    exact = json.dumps([about["digest"], about["config"], device, threads], sort_keys=True)
    return digests.shortened(exact.encode())


def seeds(config: Any) -> list[int]:
    """Every integer under a key `seed` or `seeds`, in order."""
    found: list[int] = []
    if isinstance(config, dict):
        for key, value in config.items():
            if key in ("seed", "seeds"):
                found += [value] if isinstance(value, int) else list(value)
            else:
                found += seeds(value)
    return found
