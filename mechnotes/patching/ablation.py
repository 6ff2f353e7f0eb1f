"""What does a model lose without a part? Three ways to take an activation away, and a fourth.

An activation cannot simply be absent: something has to stand in its place, and the answer depends
on what. *Zero* is a value that the model may never have seen. The *mean* over other prompts keeps
what all prompts share, as one vector for all positions or one for each. *Resampling* takes the
activation of another prompt, so that it stays a real one.

    ablation.ablate(model, pairs, kind="mean").top(3)                # every head on its own
    ablation.together(model, pairs, [(2, 1), (2, 3)], kind="mean")   # some heads at once

What stands in comes from the corrupted prompts unless other prompts are given.

Source:
    Wang et al. 2022, arXiv:2211.00593, section 2.1 (mean ablation over p_ABC); Chan et al. 2022,
    Causal Scrubbing (resampling).
"""

from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import hooks, metrics, validate
from mechnotes._typing import Hook, LanguageModel
from mechnotes.patching import _axes, _checks, _runs, _sites
from mechnotes.patching._runs import BaseRun
from mechnotes.patching._setting import Setting, setting
from mechnotes.patching._sweeps import Sweep
from mechnotes.patching.results import PatchResult
from mechnotes.patching.stand_ins import KINDS, stand_in
from mechnotes.prompts import Pairs


@torch.no_grad()
def ablate(
    model: LanguageModel,
    pairs: Pairs,
    *,
    kind: str = "mean",
    site: str = "z",
    heads: str = "each",
    positions: str = "all",
    layers: Sequence[int] | None = None,
    reference: Int[Tensor, "batch pos"] | None = None,
    seed: int = 0,
    metric: metrics.Metric = metrics.logit_diff,
    batch_size: int = 256,
    progress: bool = False,
) -> PatchResult:
    """Take a site away in the clean run, one place at a time.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        kind: One of `stand_ins.KINDS`.
        site: What is taken away; see `activation.patch`, as for all that is not named here.
        heads: Which heads.
        positions: Which positions.
        layers: Which layers; None for all.
        reference: Prompts of the same length that stand-ins come from; None: the corrupted ones.
        seed: Seed of "resample".
        metric: One number for each prompt.
        batch_size: Runs to compute at a time.
        progress: Whether to show a bar.

    Returns:
        The metric of every run; `effect` is what the ablation adds to the clean run's metric.

    Raises:
        ValueError: As `activation.patch`, or if there is nothing to stand in.
    """
    places = _axes.axes(model, pairs, site=site, heads=heads, positions=positions, layers=layers)
    runs = setting(model, pairs, metric=metric, sites=_sites.needed(site), layers=places.layers)
    stored = _reference(runs, reference, sites=[site], layers=places.layers)
    sweep = Sweep(
        setting=runs,
        base=runs.clean,
        site=site,
        values=lambda layer: _stand_in(stored, site, layer, kind, len(pairs.clean), seed),
        first=torch.zeros_like(runs.clean.tokens[:, 0]),
        axes=places,
        batch_size=validate.integer(batch_size, "batch_size", minimum=1),
    )
    return sweep.result(direction=f"{kind} ablation", progress=progress)


@torch.no_grad()
def together(
    model: LanguageModel,
    pairs: Pairs,
    heads: Sequence[tuple[int, int]],
    *,
    kind: str = "mean",
    reference: Int[Tensor, "batch pos"] | None = None,
    seed: int = 0,
    metric: metrics.Metric = metrics.logit_diff,
) -> PatchResult:
    """Take several heads away at once, at all positions.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        heads: (layer, head) of each; none leaves the clean run as it is.
        kind: See `ablate`, as for the rest.
        reference: Prompts that stand-ins come from.
        seed: Seed of the drawing.
        metric: One number for each prompt.

    Returns:
        A result without axes.

    Raises:
        ValueError: As `ablate`, and if there is no such head.
    """
    validate.choice(kind, "kind", KINDS)
    _checks.pairs(model, pairs)
    chosen = _checks.heads(model, heads)
    runs = setting(model, pairs, metric=metric, sites=["z"], layers=list(chosen))
    stored = _reference(runs, reference, sites=["z"], layers=list(chosen))
    edits = []
    for layer, of_layer in chosen.items():
        name = hooks.name(model, "z", layer=layer)
        put = _stand_in(stored, "z", layer, kind, len(pairs.clean), seed)
        edits.append((name, _replacing(put, of_layer)))
    logits = model.run_with_hooks(runs.clean.tokens, fwd_hooks=edits)[:, -1]
    return runs.result(runs.score(logits), site="z", direction=f"{kind} ablation")


def _reference(
    runs: Setting,
    reference: Int[Tensor, "batch pos"] | None,
    *,
    sites: Iterable[str],
    layers: Iterable[int],
) -> BaseRun:
    """The run whose activations stand in."""
    if reference is None:
        return runs.corrupted
    model, n_pos = runs.clean.model, runs.clean.tokens.shape[1]
    if reference.dim() != 2 or reference.shape[1] != n_pos or not len(reference):
        validate.refuse(
            "reference",
            got=f"prompts {tuple(reference.shape)}",
            expected=f"[prompts, {n_pos}], the length of the pairs",
            fix="Take the corrupted prompts (None), or prompts of the same template.",
        )
    names = [hooks.name(model, site, layer=layer) for site in sites for layer in layers]
    return _runs.run(model, reference.to(runs.clean.tokens.device), extra=names)


def _stand_in(
    stored: BaseRun, site: str, layer: int, kind: str, n_prompts: int, seed: int
) -> Tensor:
    values = stored.cache[hooks.name(stored.model, site, layer=layer)]
    return stand_in(values, kind, n_prompts=n_prompts, seed=seed)


def _replacing(values: Tensor, heads: list[int]) -> Hook:
    """A hook that puts values in the place of some heads' outputs."""

    def replace(z: Tensor, **_: object) -> Tensor:
        z = z.clone()
        z[:, :, heads] = values[:, :, heads]
        return z

    return replace
