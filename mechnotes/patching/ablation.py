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

from collections.abc import Collection, Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import metrics, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching import _axes, _checks, _removal, _sites
from mechnotes.patching._setting import setting
from mechnotes.patching._sweeps import Sweep
from mechnotes.patching.results import PatchResult
from mechnotes.patching.stand_ins import KINDS
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
        kind: One of `stand_ins.KINDS`. A `pattern` has no "mean": take "position_mean".
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
    _check_kind(kind, site)
    runs = setting(model, pairs, metric=metric, sites=_sites.needed(site), layers=places.layers)
    stored = _removal.reference_run(runs, reference, sites=[site], layers=places.layers)
    return Sweep(
        setting=runs,
        base=runs.clean,
        site=site,
        values=lambda n: _removal.stand_in_at(stored, site, n, kind, len(pairs.clean), seed),
        first=torch.zeros_like(runs.clean.tokens[:, 0]),
        axes=places,
        batch_size=validate.integer(batch_size, "batch_size", minimum=1),
    ).result(direction=f"{kind} ablation", progress=progress)


@torch.no_grad()
def together(
    model: LanguageModel,
    pairs: Pairs,
    heads: Collection[tuple[int, int]],
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
    _checks.pairs(model, pairs)
    chosen = _checks.heads(model, heads)
    start = _removal.removal(
        model, pairs, layers=chosen, kind=kind, reference=reference, seed=seed, metric=metric
    )
    return start.without(chosen)


def _check_kind(kind: str, site: str) -> None:
    """Refuse a kind that does not exist, or that means nothing for a site."""
    validate.choice(kind, "kind", KINDS)
    if site == "pattern" and kind == "mean":
        validate.refuse(
            "kind",
            got="'mean' for the site 'pattern'",
            expected="a stand-in for each position: readers see different numbers of tokens",
            fix='Pass kind="position_mean", the mean over prompts at each pair of positions.',
        )
