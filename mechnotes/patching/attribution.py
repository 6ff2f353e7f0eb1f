"""Can one gradient foretell every patch?

To first order, replacing an activation changes the metric by (new value - old value) times the
gradient of the metric. One backward pass through the patched run gives this estimate for all places
at once, where exact patches need a run each. It is exact where the metric is linear in the
activation, good for small parts such as one head's output, and wrong where something saturates: a
softmax that is already certain has no gradient, however much would follow from turning it round.

    estimate = attribution.patch(model, pairs, site="z")
    exact = activation.patch(model, pairs, site="z")

Source:
    Nanda 2023, Attribution patching; Syed et al. 2023, arXiv:2310.10348; Kramár et al. 2024,
    arXiv:2403.00745 (where it fails).
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import hooks, metrics, validate
from mechnotes._typing import Hook, LanguageModel
from mechnotes.patching import _axes, _checks, _sites
from mechnotes.patching._runs import BaseRun
from mechnotes.patching._setting import Setting, setting
from mechnotes.patching.results import DENOISING, PatchResult
from mechnotes.prompts import Pairs


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
    batch_size: int = 64,
) -> PatchResult:
    """Estimate what `activation.patch` with the same arguments would find.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        site: What is replaced, one of `hooks.SITES`.
        heads: See `activation.patch`, as for the next two.
        positions: Which positions.
        layers: Which layers; None for all.
        direction: "denoising" or "noising": the gradient is that of the run that is patched.
        metric: One number for each prompt, differentiable.
        batch_size: Prompts to keep a graph of at a time.

    Returns:
        Estimates in the place of the patched runs' metric.

    Raises:
        ValueError: As `activation.patch`, and if the metric has no gradient, as accuracy has none,
            or torch.inference_mode forbids all gradients.
    """
    _checks.gradients()
    places = _axes.axes(model, pairs, site=site, heads=heads, positions=positions, layers=layers)
    runs = setting(model, pairs, metric=metric, sites=_sites.needed(site), layers=places.layers)
    base, source = runs.directed(direction)
    names = [hooks.name(model, _leaf(site), layer=layer) for layer in places.layers]
    rows = torch.arange(len(pairs.clean)).split(
        validate.integer(batch_size, "batch_size", minimum=1)
    )
    parts = [_gradients(runs, base, part.to(base.tokens.device), names) for part in rows]
    found = []
    for layer, name in zip(places.layers, names, strict=True):
        own = hooks.name(model, site, layer=layer)
        step = source.cache[own] - base.cache[own]
        product = step * torch.cat([part[name] for part in parts])
        found.append(_by_place(product, site, places))
    estimate = runs.score(base.logits) + torch.stack(found)
    return runs.result(places.shaped(estimate), site=site, direction=direction, axes=places)


def estimate(
    metric: Callable[[Float[Tensor, "batch ..."]], Float[Tensor, " batch"]],
    base: Float[Tensor, "batch ..."],
    source: Float[Tensor, "batch ..."],
) -> Float[Tensor, " batch"]:
    """The estimate for one activation and any function of it.

    Args:
        metric: From activations to one number for each example.
        base: Activations of the run that would be patched.
        source: Activations that would be put in.

    Returns:
        (source - base) times the gradient of the metric at the base, summed over all but the first
        axis: what the patch adds to the metric, to first order.

    Raises:
        ValueError: If base and source differ in shape, or the metric has no gradient or is not one
            number for each example, or torch.inference_mode forbids all gradients.
    """
    _checks.gradients()
    if validate.finite(base, "base").shape != validate.finite(source, "source").shape:
        validate.refuse(
            "source",
            got=f"shape {tuple(source.shape)} for a base of {tuple(base.shape)}",
            expected="activations of the same shape",
            fix="Take both from the same place of two runs.",
        )
    start = base.detach().clone().requires_grad_()
    with torch.enable_grad():
        score = metric(start)
    if not isinstance(score, Tensor) or score.shape != base.shape[:1] or not score.requires_grad:
        got = tuple(score.shape) if isinstance(score, Tensor) else type(score).__name__
        validate.refuse(
            "metric",
            got=f"{got} for {len(base)} examples",
            expected=f"one differentiable number for each example: shape ({len(base)},)",
            fix="Return a value per example, made of torch operations.",
        )
    (slope,) = torch.autograd.grad(score.sum(), start)
    return ((source - base) * slope).reshape(len(base), -1).sum(1)


def _leaf(site: str) -> str:
    """Site whose gradient counts: the middle of a block is reached by what attention adds to it."""
    return "attn_out" if site == "resid_mid" else site


def _gradients(
    runs: Setting, base: BaseRun, rows: Tensor, names: Sequence[str]
) -> dict[str, Tensor]:
    """Gradient of each prompt's metric at each hook."""
    kept: dict[str, Tensor] = {}
    edits = [(name, _keeping(kept, name)) for name in names]
    edits.append(("blocks.0.hook_resid_pre", _starting))
    with torch.enable_grad():
        logits = base.model.run_with_hooks(base.tokens[rows], fwd_hooks=edits[::-1])[:, -1]
        whole = runs.target
        target = metrics.Target(
            answers=whole.answers[rows], wrong=whole.wrong[rows], clean=whole.clean[rows]
        )
        score = runs.metric(logits, target).sum()
        if not score.requires_grad:
            validate.refuse(
                "metric",
                got="one without a gradient",
                expected="a differentiable metric",
                fix="Use metrics.logit_diff, log_prob, probability or divergence.",
            )
        gradients = torch.autograd.grad(score, [kept[name] for name in names])
    return dict(zip(names, gradients, strict=True))


def _starting(stream: Tensor, **_: object) -> Tensor:
    """The graph begins where the first block does."""
    return stream.detach().requires_grad_()


def _keeping(kept: dict[str, Tensor], name: str) -> Hook:
    """A hook that keeps an activation; handing it back makes it part of the graph."""

    def keep(activation: Tensor, **_: object) -> Tensor:
        kept[name] = activation
        return activation

    return keep


def _by_place(
    product: Float[Tensor, "pair ..."], site: str, places: _axes.Axes
) -> Float[Tensor, "head position pair"]:
    """Sums over what each patch covers."""
    if site == "pattern":
        each = product.sum(-1).transpose(1, 2)  # [pair, pos of the reader, head]
    elif site in hooks.OF_HEADS:
        each = product.sum(-1)  # [pair, pos, head]
    else:
        each = product.sum(-1, keepdim=True)  # [pair, pos, 1]
    by_head = each if "head" in places.entries else each.sum(-1, keepdim=True)
    return torch.stack([_at(by_head, pos) for pos in places.positions], dim=1)


def _at(values: Float[Tensor, "pair pos head"], pos: Tensor) -> Float[Tensor, "head pair"]:
    """Values at one position of each prompt; -1 adds up all of them."""
    single = values[torch.arange(len(pos), device=pos.device), pos]
    return torch.where((pos == -1)[:, None], values.sum(1), single).T
