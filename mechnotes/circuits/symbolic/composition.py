"""What do the second layer's queries, keys and values owe to the first layer?

A path ablation cuts one arrow. The first layer's results are replaced in one input of the second
layer only, say its queries; its keys, its values, and the direct way from the first layer to the
logits stay as they are. What the logit difference loses is what that one path was worth, given that
the others are whole. Such losses need not add up to 1.

What takes the place of the results matters, so it is said each time: their mean over the prompts at
each position (the default: only what differs between prompts is lost) or zero. `push` is the
control: the results stay, and a random vector as long as their distance from that mean is added.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, Q-, K- and V-composition;
    Wang et al. 2022, arXiv:2211.00593, for ablating paths instead of heads.
"""

from collections.abc import Collection

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import metrics, rng, validate
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import reading, task

PATHS = ("queries", "keys", "values")
"""Inputs of the second layer."""
REPLACEMENTS = ("mean", "zero", "push")


def ablated_logits(
    weights: Weights,
    prompts: task.Prompts,
    *,
    paths: Collection[str],
    replacement: str = "mean",
    seed: int = 0,
) -> Float[Tensor, "seed prompt d_vocab"]:
    """Logits when some inputs of the second layer no longer hear the first.

    Args:
        weights: Models of two layers.
        prompts: The prompts; the mean is over these.
        paths: Which inputs to cut, any of PATHS; none leaves the model as it is.
        replacement: "mean", "zero", or "push", what those inputs get in place of the first layer's
            results.
        seed: Seed of the random directions of "push".

    Returns:
        Nats.

    Raises:
        ValueError: If the weights or the prompts are not of this task, the models do not have two
            layers, or an argument is unknown.
    """
    n_layers = task.fitting(weights).n_layers
    if n_layers != 2:
        validate.refuse(
            "weights",
            got=f"models of {n_layers} layers",
            expected="models of 2: composition is between two layers",
            fix='Take the case "2-layers-1-head".',
        )
    cut = _checked_paths(paths)
    embedded = model.embed(weights, task.checked(prompts).tokens)
    streams = {"queries": embedded, "keys": embedded, "values": embedded}
    first = model.attend(weights, 0, **streams)[1].sum(2)
    replaced = _replaced(first, validate.choice(replacement, "replacement", REPLACEMENTS), seed)
    heard = {path: embedded + (replaced if path in cut else first) for path in PATHS}
    second = model.attend(weights, 1, **heard)[1].sum(2)
    return model.unembed(weights, embedded + first + second)[:, :, -1]


def cost(
    weights: Weights,
    prompts: task.Prompts,
    *,
    paths: Collection[str],
    replacement: str = "mean",
    seed: int = 0,
) -> Float[Tensor, " seed"]:
    """Share of the logit difference that is lost when some inputs are cut.

    Args:
        weights: Models of two layers that have solved the task.
        prompts: The prompts.
        paths: Which inputs to cut.
        replacement: What they get instead, as in `ablated_logits`.
        seed: Seed of the random directions of "push".

    Returns:
        0 if nothing is lost, 1 if nothing tells the two names apart any more, above 1 if the giver
        is preferred then, below 0 if the difference has grown. Meaningless for a model that does
        not tell the names apart in the first place.

    Raises:
        ValueError: As `ablated_logits`.
    """
    left = ablated_logits(weights, prompts, paths=paths, replacement=replacement, seed=seed)
    whole = reading.logit_difference(weights, prompts)
    return 1 - reading.scored(left, prompts, metric=metrics.logit_diff).mean(dim=-1) / whole


def _checked_paths(paths: Collection[str]) -> tuple[str, ...]:
    if isinstance(paths, str) or not isinstance(paths, Collection):
        validate.refuse(
            "paths",
            got=repr(paths),
            expected=f"a tuple of some of {', '.join(PATHS)}",
            fix='Write paths=("queries",), with the comma.',
        )
    return tuple(validate.choice(path, "paths", PATHS) for path in paths)


def _replaced(
    results: Float[Tensor, "seed prompt pos d_model"], replacement: str, seed: int
) -> Float[Tensor, "seed prompt pos d_model"]:
    """What the cut inputs get in place of the first layer's results."""
    mean = results.mean(dim=1, keepdim=True)
    if replacement == "mean":
        return mean.expand_as(results)
    if replacement == "zero":
        return torch.zeros_like(results)
    # One stream for each model, so that its control does not depend on how many there are.
    direction = torch.stack(
        [
            torch.randn(results.shape[1:], generator=rng.generator(seed, "push", place))
            for place in range(len(results))
        ]
    )
    length = (results - mean).norm(dim=-1, keepdim=True)
    return results + length * direction / direction.norm(dim=-1, keepdim=True)
