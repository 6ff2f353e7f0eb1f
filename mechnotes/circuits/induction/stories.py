"""Three stories about what makes a model continue repeating texts, for causal scrubbing.

All say that the second layer's heads do it. They differ in what these heads hear from the
previous-token heads of the first layer, and through which of their inputs.
"""

from collections.abc import Mapping
from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.circuits import scrubbing
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.induction import reading
from mechnotes.circuits.induction.texts import Texts
from mechnotes.circuits.scrubbing import Hypothesis

STORIES: Mapping[str, str] = MappingProxyType({"K": "keys", "Q": "queries", "V": "values"})
"""Through which input the second layer hears the previous-token heads: the right story is K."""


def story(
    weights: Weights, texts: Texts, kind: str, *, n_heads: int = 2, skip: int = 0
) -> Hypothesis:
    """A story about one model.

    Args:
        weights: One model of two layers.
        texts: Texts on which its previous-token heads are found.
        kind: "K": keys hear the previous-token heads alone, queries and values the embedding. "Q":
            queries hear them instead. "V": values do.
        n_heads: How many heads count as previous-token heads, the best first.
        skip: How many of the best to pass over, as a control.
    """
    scores = reading.previous_token(weights, texts.tokens)[0, 0]
    previous = tuple(
        f"head 0.{head}" for head in scores.topk(n_heads + skip).indices.tolist()[skip:]
    )
    _, upper = scrubbing.part_names(weights)
    inputs = dict.fromkeys(("queries", "keys", "values"), ("embedding",))
    return Hypothesis(**{**inputs, STORIES[kind]: previous}, logits=upper)


def explained(
    weights: Weights, texts: Texts, kind: str, *, n_heads: int = 2, skip: int = 0
) -> Float[Tensor, " seed"]:
    """Share of the loss on the repeats that a story explains, for each of several models."""
    shares = []
    for seed in range(weights.n_seeds):
        one = weights.one(seed)
        told = story(one, texts, kind, n_heads=n_heads, skip=skip)
        found = scrubbing.explained(one, texts.tokens, told, where=texts.in_repeats)
        shares.append(found.share)
    return torch.cat(shares)
