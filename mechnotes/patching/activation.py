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

from mechnotes import metrics
from mechnotes._typing import LanguageModel
from mechnotes.patching import _axes, _sites
from mechnotes.patching._setting import setting
from mechnotes.patching._sweeps import exchange
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
        heads: "each" on its own or "all" of a layer together; keys and values may be fewer.
        positions: "all" together, "each" on its own, or the "named" ones of `pairs.positions`,
            wherever they stand in each prompt. For `pattern` it is the position of the reader.
        layers: Which layers; None for all.
        direction: "denoising" or "noising".
        metric: One number for each prompt.
        batch_size: Runs to compute at a time: memory grows with it, results stay the same.
        progress: Whether to show a bar.

    Returns:
        The metric of every patched run, with axes "layer", then "head" and "position" if swept.

    Raises:
        ValueError: If pairs do not fit, do not differ or have equal answers, an argument is
            unknown, the model lacks the site or has hooks left on it, or the metric is not one
            number per prompt.
    """
    places = _axes.axes(model, pairs, site=site, heads=heads, positions=positions, layers=layers)
    runs = setting(model, pairs, metric=metric, sites=_sites.needed(site), layers=places.layers)
    sweep = exchange(runs, site=site, direction=direction, axes=places, batch_size=batch_size)
    return sweep.result(direction=direction, progress=progress)
