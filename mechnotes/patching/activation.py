"""Which activations carry what differs between two prompts?

Activation patching runs a model on one prompt with some activations taken from its run on another.
*Denoising* puts clean activations into the corrupted run: what restores the answer was enough to
carry it. *Noising* puts corrupted activations into the clean run: what breaks the answer was
needed. Neither is the complement of the other (see `graphs`).

    sweep = activation.patch(model, prompts.ioi(n_pairs=64, seed=0), site="z")
    sweep.top(3)

One forward pass per patch would compute mostly what is known already. A sweep goes on from the
patched layer, with all patches of the layer at once; it leaves out tokens before the first one that
differs, all but the last token in the last layer, and all logits but the two answers' where the
metric reads no others.

Source:
    Meng et al. 2022, arXiv:2202.05262 (causal tracing); Wang et al. 2022, arXiv:2211.00593;
    Heimersheim and Nanda 2024, arXiv:2404.15255 (directions, metrics, reading the result).
"""

from collections.abc import Sequence

import torch

from mechnotes import hooks, metrics, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching import _axes, _sites
from mechnotes.patching._setting import setting
from mechnotes.patching._sweeps import Sweep, first_difference
from mechnotes.patching.results import DENOISING, PatchResult
from mechnotes.prompts import Pairs


@torch.no_grad()
def patch(
    model: LanguageModel,
    pairs: Pairs,
    *,
    site: str = "z",
    heads: str = "each",
    positions: str = "all",
    layers: Sequence[int] | None = None,
    direction: str = DENOISING,
    metric: metrics.Metric = metrics.logit_diff,
    batch_size: int = 256,
    progress: bool = False,
) -> PatchResult:
    """Patch a site everywhere, one place at a time.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        site: What is replaced, one of `hooks.SITES`.
        heads: "each" patches every head on its own, "all" all heads of a layer together; sites
            without heads have no such axis. Keys and values have `n_key_value_heads` of them.
        positions: "all" patches all positions together, "each" every position on its own, "named"
            the words that `pairs.positions` names, wherever they stand in each prompt. For
            `pattern` a position is that of the reader.
        layers: Which layers; None for all.
        direction: "denoising" or "noising".
        metric: One number for each prompt.
        batch_size: Patched runs to compute at a time: memory grows with it, results do not change.
        progress: Whether to show a bar.

    Returns:
        The metric of every patched run, with axes "layer", then "head" and "position" if swept.

    Raises:
        ValueError: If the pairs do not fit the model or each other, clean and corrupted prompts
            are identical, an argument is unknown, the architecture lacks the site, or the metric
            does not give one number per prompt.
    """
    places = _axes.axes(model, pairs, site=site, heads=heads, positions=positions, layers=layers)
    runs = setting(model, pairs, metric=metric, sites=_sites.needed(site), layers=places.layers)
    base, source = runs.directed(direction)
    sweep = Sweep(
        setting=runs,
        base=base,
        site=site,
        values=lambda layer: source.cache[hooks.name(model, site, layer=layer)],
        first=first_difference(base.tokens, source.tokens),
        axes=places,
        batch_size=validate.integer(batch_size, "batch_size", minimum=1),
    )
    found = sweep.run(progress=progress)
    return runs.result(found, site=site, direction=direction, axes=places)
