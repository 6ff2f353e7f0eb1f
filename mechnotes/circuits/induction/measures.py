"""What the induction claims measure, from stored weights and texts that nobody was trained on."""

import math
from collections.abc import Sequence
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import experiments
from mechnotes.circuits import composition_scores
from mechnotes.circuits.attention_only import model, products
from mechnotes.circuits.attention_only.losses import of_logits
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.induction import reading
from mechnotes.circuits.induction.texts import Texts
from mechnotes.circuits.induction.training import TrainedModels, drawn, train

N_TEXTS = 256


@cache
def trained(case: str) -> TrainedModels:
    """The stored models of a case."""
    return experiments.load(train, case)


@cache
def fresh(case: str = "two-layers", *, n_texts: int = N_TEXTS) -> Texts:
    """Texts of a case's kind that nobody was trained on."""
    return drawn(trained(case).config, "claims", n_texts=n_texts)


def guess() -> float:
    """Loss of an even guess among all tokens, in nats."""
    return math.log(trained("two-layers").config.d_vocab)


def copying_scores() -> Float[Tensor, "seed layer head"]:
    """Copying score of every head between tokens, in the models with two layers."""
    weights = trained("two-layers").weights
    between_tokens = products.ov_circuit(weights)[..., : weights.d_vocab, :]
    return products.copying_score(between_tokens)


def composed_qk_scores() -> Float[Tensor, "seed head"]:
    """Whether upper heads look for their own token in what the best previous-token head wrote.

    Copying score of the table from a reader's token to the token that is noted in a key: 1 if every
    token looks for its own note. Without the head in between it is the plain QK circuit.
    """
    weights = trained("two-layers").weights
    lower = reading.previous_token(weights, fresh().tokens)[:, 0].argmax(1)
    each = torch.arange(weights.n_seeds)
    note = weights.W_E @ weights.W_V[each, 0, lower] @ weights.W_O[each, 0, lower]
    return _looks_for_itself(weights, note)


def plain_qk_scores() -> Float[Tensor, "seed head"]:
    """The same score with the token itself in the key."""
    weights = trained("two-layers").weights
    return _looks_for_itself(weights, weights.W_E)


def _looks_for_itself(
    weights: Weights, keys: Float[Tensor, "seed d_vocab d_model"]
) -> Float[Tensor, "seed head"]:
    asked = torch.einsum("snd, shde -> shne", keys, weights.W_K[:, 1])
    asking = torch.einsum("snd, shde -> shne", weights.W_E, weights.W_Q[:, 1])
    return products.copying_score(asking @ asked.mT)


@torch.no_grad()
def cost_without(
    weights: Weights, texts: Texts, *, layer: int, heads: Sequence[int]
) -> Float[Tensor, " seed"]:
    """What the loss on the repeats gains when some heads of a layer write nothing, in nats."""
    tensors = {name: W.clone() for name, W in weights.tensors().items()}
    tensors["W_O"][:, layer, list(heads)] = 0
    silenced = reading.loss_on_repeats(Weights(**tensors), texts)
    return silenced - reading.loss_on_repeats(weights, texts)


def best_key_composition() -> Float[Tensor, " seed"]:
    """Largest K-composition score of each model, in standard deviations of random heads."""
    found = composition_scores.scores(trained("two-layers").weights)
    return _baseline().standardised(found["K"]).flatten(1).amax(1)


def key_composition_across_models() -> Float[Tensor, " seed"]:
    """As `best_key_composition`, but the lower layer is that of another model."""
    weights = trained("two-layers").weights
    crossed = {name: W.clone() for name, W in weights.tensors().items()}
    for name in ("W_V", "W_O"):
        crossed[name][:, 0] = crossed[name][:, 0].roll(1, dims=0)
    found = composition_scores.scores(Weights(**crossed))
    return _baseline().standardised(found["K"]).flatten(1).amax(1)


def kinds_of_strongest(weights: Weights) -> tuple[str, ...]:
    """For each model which kind of composition has the largest of all scores."""
    found = composition_scores.scores(weights)
    largest = torch.stack([found[kind].flatten(1).amax(1) for kind in composition_scores.KINDS])
    return tuple(composition_scores.KINDS[kind] for kind in largest.argmax(0).tolist())


def steepest(curve: Float[Tensor, "entry seed"]) -> Float[Tensor, " seed"]:
    """When each curve changes fastest, as a share of all steps from 0 to 1."""
    return curve.diff(dim=0).abs().argmax(0) / (len(curve) - 1)


def sharpness(curve: Float[Tensor, "entry seed"], *, window: float = 0.1) -> Float[Tensor, " seed"]:
    """Largest share of a curve's whole fall that happens within a share of the steps."""
    width = max(1, round(window * (len(curve) - 1)))
    falls = curve[:-width] - curve[width:]
    return falls.amax(0) / (curve[0] - curve[-1])


@torch.no_grad()
def term_losses(weights: Weights, texts: Texts) -> dict[str, Float[Tensor, " seed"]]:
    """Loss on the repeats with more and more of the paths, attention taken as it is in the model.

    "direct" has no head, "single" has every head on its own, reading embeddings only, and "virtual"
    has heads that bring what others brought: the whole model.

    Source:
        Elhage et al. 2021, "Term importance analysis".
    """
    ran = model.forward(weights, texts.tokens)
    alone = torch.stack(
        [_with_pattern(weights, layer, ran.patterns[:, layer], ran.embedded) for layer in (0, 1)]
    ).sum(0)
    streams = {
        "direct": ran.embedded,
        "single": ran.embedded + alone,
        "virtual": ran.embedded + ran.results.sum((1, 3)),
    }
    logits = {name: model.unembed(weights, stream) for name, stream in streams.items()}
    where = texts.in_repeats
    return {name: of_logits(x, texts.tokens)[:, where].mean(-1) for name, x in logits.items()}


def _with_pattern(
    weights: Weights,
    layer: int,
    pattern: Float[Tensor, "seed batch head pos pos"],
    values: Float[Tensor, "seed batch pos d_model"],
) -> Float[Tensor, "seed batch pos d_model"]:
    """What a layer's heads bring if they look as given and read other values."""
    v = torch.einsum("sbpd, shde -> sbhpe", values, weights.W_V[:, layer])
    return torch.einsum("sbhpe, shed -> sbpd", pattern @ v, weights.W_O[:, layer])


@cache
def _baseline() -> composition_scores.Baseline:
    config = trained("two-layers").config
    return composition_scores.baseline(config.d_model, config.d_head)


def best_heads(layer: int, score: Float[Tensor, "seed layer head"]) -> Float[Tensor, " seed"]:
    """Score of the best head of a layer."""
    return score[:, layer].amax(1)


def head_scores(weights: Weights) -> dict[str, Float[Tensor, " seed"]]:
    """Previous-token score of the best lower head, prefix matching of the best upper one."""
    tokens = fresh().tokens
    return {
        "previous_token": best_heads(0, reading.previous_token(weights, tokens)),
        "prefix_matching": best_heads(-1, reading.prefix_matching(weights, tokens)),
    }
