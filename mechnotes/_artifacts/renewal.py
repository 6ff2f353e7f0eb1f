"""Did a refactor change any number?

Code that was only rearranged gets a new digest, so its artifacts read as stale, although running it
again would give the same result. `renew` repeats the first steps that the run traced (the whole
run, if it traced nothing) and compares. If they agree, the stored result is stamped with the new
digest, and the old one is kept on record. A changed config or input is no refactor: it is refused.

What a run does after its traced steps (later steps, evaluation, packing) is not repeated. Who has
changed that must compute again, with `prerun.py run --force`.
"""

import math
from dataclasses import dataclass
from typing import Any

from mechnotes import digests
from mechnotes._artifacts import computation, files, freshness, results

RELATIVE = 1e-4
"""Relative difference up to which numbers agree: machines differ in the last digits of a sum."""

ABSOLUTE = 1e-6


@dataclass(frozen=True)
class Renewal:
    """What became of one artifact."""

    status: str
    """"fresh" (nothing to do), "renewed", or "refused"."""
    detail: str = ""


def renew(experiment: Any, case: str, *, digest: str, device: str, threads: int = 1) -> Renewal:
    """Stamp a stale artifact with today's digest if today's code repeats its first steps.

    Args:
        experiment: The experiment.
        case: Name of the case.
        digest: Digest of the code when this process had just imported it.
        device: Device to replay on.
        threads: CPU threads for torch.
    """
    state = freshness.inspect(experiment, case)
    if state.status == "fresh":
        return Renewal("fresh")
    if state.status != "stale":
        return Renewal("refused", f"{state.status}: {state.reason}; run it")
    manifest = state.manifest
    if manifest["config"] != results.plain(experiment.cases[case]):
        return Renewal("refused", "its config has changed; run it")
    changed = freshness.changed_inputs(manifest["inputs"])
    if changed:
        return Renewal("refused", f"what it read has changed ({', '.join(changed)}); run it")
    if digests.function_digest(experiment) != digest:
        return Renewal("refused", "its code is being edited; start again")
    difference = _replay(experiment, case, state, device=device, threads=threads)
    if difference:
        return Renewal("refused", f"{difference}; run it")
    earlier = [*manifest["renewed_from"], manifest["digest"]]
    stamped = {**manifest, "digest": digest, "renewed_from": earlier}
    where = files.place(experiment.experiment_name, case)
    files.store(where, manifest=stamped, weights=state.weights)
    return Renewal("renewed", f"{manifest['digest']} -> {digest}")


def _replay(
    experiment: Any, case: str, state: freshness.State, *, device: str, threads: int
) -> str:
    """Repeat the stored steps; say what differs, or "" if nothing does."""
    import torch

    from mechnotes.runs import ReplayFinished, Run

    stored = state.manifest["traced"]
    run = Run(replay=len(stored))
    threads_before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        result = computation.call(experiment, experiment.cases[case], device=device, run=run)
    except ReplayFinished:
        result = None
    finally:
        torch.set_num_threads(threads_before)
    for number, (before, now) in enumerate(zip(stored, run.traced, strict=False), start=1):
        if not agree(before, now):
            return f"traced value {number} was {_brief(before)} and is now {_brief(now)}"
    return "" if result is None else _result_difference(result, state)


def _result_difference(result: object, state: freshness.State) -> str:
    """Compare a whole new result with the stored one."""
    import safetensors.torch

    tensors, values = results.pack(result)
    stored = safetensors.torch.load(state.weights)
    if set(tensors) != set(stored):
        return "the result has other tensors than before"
    for name, tensor in tensors.items():
        same_kind = (tensor.shape, tensor.dtype) == (stored[name].shape, stored[name].dtype)
        if not same_kind or not agree(stored[name].tolist(), tensor.tolist()):
            return f"{name} differs from the stored tensor"
    return "" if agree(state.manifest["values"], values) else "the result's plain values differ"


def agree(before: Any, now: Any) -> bool:
    """Whether two nested values agree: numbers within the tolerances, all else exactly."""
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(map(agree, before, now))
    if isinstance(before, dict) and isinstance(now, dict):
        return before.keys() == now.keys() and all(agree(before[k], now[k]) for k in before)
    if isinstance(before, float) and isinstance(now, float):
        both_nan = math.isnan(before) and math.isnan(now)
        return both_nan or math.isclose(before, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return bool(before == now)


def _brief(numbers: list[float]) -> str:
    shown = ", ".join(f"{number:.6g}" for number in numbers[:3])
    return shown + (", ..." if len(numbers) > 3 else "")
