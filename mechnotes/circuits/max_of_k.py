"""Which of k tokens is the largest? Models that say it, made by hand, and how often they are right.

A model of one layer and one head reads k tokens, without positions, and should say the largest. The
head looks at the token with the highest attention score, and what is looked at raises a logit. A
flaw can be planted where two neighbours have almost the same score: then the model fails on the few
inputs in which the smaller one stands in all other places, and drawn inputs hardly ever show it.

`max_of_k_bound` proves from the weights alone how often such a model is right at least.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.attention_only.weights import checked as checked_weights
from mechnotes.circuits.by_hand import heads
from mechnotes.circuits.by_hand.stream import Stream

MOST_RUNS = 500_000
"""As many inputs as `accuracy` is willing to run."""


def build(
    heights: Float[Tensor, " d_vocab"],
    *,
    k: int,
    says: Int[Tensor, " d_vocab"] | None = None,
    noise: float | int = 0.0,
    generator: torch.Generator | None = None,
) -> Weights:
    """A model made by hand that looks at the token with the greatest height.

    Args:
        heights: Attention score of each token; increasing for a model that is right.
        k: Tokens in an input.
        says: Which token's logit each token raises by 1 when it is looked at; its own if left out.
        noise: Standard deviation of a number added to every weight but those of positions.
        generator: Source of the noise.

    Returns:
        Weights of one model, on a seed axis of length 1.

    Raises:
        ValueError: If a number is out of range, shapes do not fit, or noise has no generator.
    """
    size = len(validate.shape(validate.finite(heights, "heights"), "heights", ("d_vocab",)))
    stream = Stream(sizes={"token": size, "one": 1, "output": size})
    own = torch.arange(size) if says is None else says
    validate.shape(own, "says", ("d_vocab",), d_vocab=size)
    for token in own.tolist():
        validate.integer(token, "says", maximum=size - 1)
    head = heads.Head(
        W_QK=stream.block("one", "token", heights[None].float()),
        W_OV=stream.block("token", "output", torch.eye(size)[own.long()]),
    )
    exact = heads.model(
        [[head]],
        W_E=stream.basis("token") + stream.basis("one"),
        W_pos=torch.zeros(validate.integer(k, "k", minimum=1), stream.width),
        W_U=stream.basis("output").T,
        d_head=size,
    )
    if validate.number(noise, "noise", low=0.0) == 0:
        return exact
    validate.generator(generator)
    tensors = {
        name: W if name == "W_pos" else W + noise * torch.randn(W.shape, generator=generator)
        for name, W in exact.tensors().items()
    }
    return Weights(**tensors)


@torch.no_grad()
def accuracy(weights: Weights, k: int) -> float:
    """Share of all inputs of k tokens on which the largest has the highest logit, alone.

    Without positions the order of all tokens but the last is of no account: inputs that differ in
    nothing else are run once.

    Args:
        weights: One model.
        k: Tokens in an input.

    Returns:
        From 0 to 1; exact but for rounding, in double precision.

    Raises:
        ValueError: If it is not one such model, it cannot read k tokens, or there are more than
            `MOST_RUNS` inputs to run.
    """
    exact = checked(weights, k).each(lambda W: W.double())
    n_runs = weights.d_vocab * math.comb(weights.d_vocab + k - 2, k - 1)
    if n_runs > MOST_RUNS:
        validate.refuse(
            "k",
            got=f"{k} for {weights.d_vocab} tokens, {n_runs} inputs to run",
            expected=f"at most {MOST_RUNS}",
            fix="Take max_of_k_bound.lower_bound(weights, k), which runs none.",
        )
    n_right = 0
    for tokens, orders in _inputs(weights.d_vocab, k):
        logits = model.logits(exact, tokens)[0, :, -1]
        largest = tokens.amax(-1, keepdim=True)
        own = logits.gather(-1, largest)
        right = own > logits.scatter(-1, largest, -torch.inf).amax(-1, keepdim=True)
        n_right += sum(itertools.compress(orders, right[:, 0].tolist()))
    return n_right / weights.d_vocab**k


def checked(weights: object, k: int = 1) -> Weights:
    """Check for one model of one layer and one head, without positions, that can read k tokens.

    Raises:
        ValueError: If it is not one such model, or it cannot read k tokens.
    """
    found = checked_weights(weights)
    sizes = {"models": found.n_seeds, "layers": found.n_layers, "heads": found.n_heads}
    if set(sizes.values()) != {1}:
        validate.refuse(
            "weights",
            got=", ".join(f"{size} {name}" for name, size in sizes.items()),
            expected="one model of one layer with one head",
            fix="Take one of several models with weights.one(0).",
        )
    if found.W_pos.any():
        validate.refuse(
            "weights",
            got="a model that reads positions",
            expected="W_pos of zeros",
            fix="The argument counts tokens, wherever they stand; set W_pos to zeros.",
        )
    validate.integer(k, "k", minimum=1, maximum=found.n_ctx)
    return found


def _inputs(d_vocab: int, k: int) -> Iterator[tuple[Int[Tensor, "batch pos"], list[int]]]:
    """For each last token all others in rising order, and in how many orders they can stand."""
    every = list(itertools.combinations_with_replacement(range(d_vocab), k - 1))
    others = torch.tensor(every, dtype=torch.long).reshape(len(every), k - 1)
    orders = [_orders(one) for one in every]
    for query in range(d_vocab):
        yield torch.cat((others, torch.full((len(others), 1), query)), dim=1), orders


def _orders(tokens: tuple[int, ...]) -> int:
    alike = math.prod(math.factorial(n) for n in Counter(tokens).values())
    return math.factorial(len(tokens)) // alike
