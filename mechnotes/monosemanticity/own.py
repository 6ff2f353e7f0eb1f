"""How is a sweep with sizes and values of one's own computed and kept?

It belongs to no row of the table, so it is no case of an experiment. It is computed in this process
and stored in the same two files as an artifact, in a folder of the reader's choice; `read` gives it
back. An interrupted one continues when it is asked for again.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mechnotes import validate
from mechnotes._artifacts import computation, files, machine, results
from mechnotes.digests import function_digest, shortened
from mechnotes.experiments import Provenance
from mechnotes.monosemanticity import training
from mechnotes.monosemanticity.config import SweepConfig, checked_sweep


def place(folder: Path, name: str) -> files.Place:
    """The two files of a sweep of one's own.

    Args:
        folder: Where they lie.
        name: Their name, without an ending.
    """
    return files.Place(folder / f"{name}.safetensors", folder / f"{name}.json")


def run(
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
    import safetensors.torch

    from mechnotes.runs import Run

    about = _about(config, where)
    if _is_done(where, about):
        return read(where)
    checkpoint = where.weights.with_suffix(".checkpoint")
    key = shortened(f"{about['config']} {about['digest']} {device}".encode())
    started = Run(checkpoint=checkpoint, key=key, progress=progress, label=where.weights.stem)
    result = training.trained(config, device=device, run=started)
    tensors, values = results.pack(result)
    weights = safetensors.torch.save(tensors)
    measured = {
        "seconds": round(started.seconds, 2),
        "peak_memory_mb": round(machine.peak_memory_mb(device), 1),
        "device": machine.device_name(device),
        "traced": started.traced,
        "date": computation.today(),
    }
    manifest = {**about, **measured, **computation.contents(weights, values)}
    files.store(where, manifest=manifest, weights=weights)
    checkpoint.unlink(missing_ok=True)
    return read(where)


def _about(config: SweepConfig, where: files.Place) -> dict[str, Any]:
    """The entries of a manifest that are known before anything is computed."""
    import torch

    plain = results.plain(checked_sweep(config))
    return {
        "format": files.FORMAT,
        "experiment": "monosemanticity.training.trained",
        "case": where.weights.stem,
        "config": plain,
        "seeds": list(range(config.base.seed, config.base.seed + config.n_seeds)),
        "scale": "own",
        "digest": function_digest(training.trained),
        "renewed_from": [],
        "commit": machine.commit(),
        "versions": machine.versions(),
        "threads": torch.get_num_threads(),
        "inputs": {},
    }


def _is_done(where: files.Place, about: Mapping[str, Any]) -> bool:
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
