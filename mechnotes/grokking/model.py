"""What does the network answer to a + b, computed where the answer is read and nowhere else?

The answer is read at "=". There the query is the same for every pair; keys and values depend on one
summand each, so p rows of each serve all p² pairs. The last matrices meet no nonlinearity and are
multiplied beforehand. All of this is exact: `full` computes every position in the usual order, and
a test compares the two.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.grokking import weights as weightings
from mechnotes.grokking.pairs import Pairs
from mechnotes.grokking.weights import Weights

POSITIONS = ("a", "b", "=")
"""What stands at the three positions."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """What the network computes at "=" on the way to its answer."""

    pattern: Float[Tensor, "pair head 3"]
    """Attention from "=" to a, b and "=" itself; sums to 1."""
    z: Float[Tensor, "pair head_and_d_head"]
    """Attended values, heads side by side."""
    neurons: Float[Tensor, "pair d_mlp"]
    """Activations of the neurons, after the ReLU."""
    logits: Float[Tensor, "pair p"]
    """Logits of the answers 0 to p−1."""


def parts(weights: Weights, pairs: Pairs) -> Parts:
    """Run the network and keep what it computes at "=".

    Args:
        weights: The network.
        pairs: What to add; numbers below p.

    Raises:
        ValueError: If the weights are none, or a number has no embedding.
    """
    _check(weights, pairs)
    pattern = attention(weights, pairs)
    z = _attended(weights, pairs, pattern)
    W_O = weights.W_O.flatten(0, 1)
    at_equals = weights.W_E[-1] + weights.W_pos[2]
    # addmm and relu_ make no copies of the largest tensors: an epoch takes a seventh less time.
    same = at_equals @ weights.W_in + weights.b_in
    neurons = torch.addmm(same, z, W_O @ weights.W_in).relu_()
    direct = torch.addmm((at_equals + weights.b_out) @ weights.W_U, z, W_O @ weights.W_U)
    return Parts(
        pattern=pattern,
        z=z,
        neurons=neurons,
        logits=torch.addmm(direct, neurons, weights.W_out @ weights.W_U),
    )


def logits(weights: Weights, pairs: Pairs) -> Float[Tensor, "pair p"]:
    """Logits of the answers 0 to p−1.

    Raises:
        ValueError: If the weights are none, or a number has no embedding.
    """
    return parts(weights, pairs).logits


def attention(weights: Weights, pairs: Pairs) -> Float[Tensor, "pair head 3"]:
    """Attention from "=" to a, b and "=".

    Raises:
        ValueError: If the weights are none, or a number has no embedding.
    """
    _check(weights, pairs)
    at_equals = weights.W_E[-1] + weights.W_pos[2]
    query = torch.einsum("m,hmd->hd", at_equals, weights.W_Q)
    asked = torch.einsum("hmd,hd->mh", weights.W_K, query) / weights.d_head**0.5
    of_a, of_b = ((weights.W_E[:-1] + place) @ asked for place in weights.W_pos[:2])
    of_equals = (at_equals @ asked).expand(len(pairs.a), -1)
    rows = of_a.index_select(0, pairs.a), of_b.index_select(0, pairs.b), of_equals
    return torch.stack(rows).softmax(0).movedim(0, -1)


def _attended(
    weights: Weights, pairs: Pairs, pattern: Float[Tensor, "pair head 3"]
) -> Float[Tensor, "pair head_and_d_head"]:
    """Values that the heads bring to "="."""
    W_V = weights.W_V.permute(1, 0, 2).flatten(1)  # [d_model head*d_head]
    of_a, of_b = ((weights.W_E[:-1] + place) @ W_V for place in weights.W_pos[:2])
    of_equals = (weights.W_E[-1] + weights.W_pos[2]) @ W_V
    rows = of_a.index_select(0, pairs.a), of_b.index_select(0, pairs.b), of_equals[None]
    heads = [row.unflatten(1, (-1, weights.d_head)) for row in rows]
    weighed = [pattern[..., place, None] * head for place, head in enumerate(heads)]
    return (weighed[0] + weighed[1] + weighed[2]).flatten(1)


def full(weights: Weights, tokens: Int[Tensor, "text 3"]) -> Float[Tensor, "text 3 p"]:
    """The same network in the usual order, at every position.

    Args:
        weights: The network.
        tokens: Any three tokens; p is "=".

    Raises:
        ValueError: If the weights are none, or a token has no embedding.
    """
    _check_tokens(weightings.checked(weights), tokens)
    x = weights.W_E[tokens] + weights.W_pos
    Q, K, V = (torch.einsum("tim,hmd->thid", x, W) for W in (weights.W_Q, weights.W_K, weights.W_V))
    scores = torch.einsum("thid,thjd->thij", Q, K) / weights.d_head**0.5
    later = torch.ones(3, 3, dtype=torch.bool, device=x.device).triu(1)
    pattern = scores.masked_fill(later, -torch.inf).softmax(-1)
    x = x + torch.einsum("thij,thjd,hdm->tim", pattern, V, weights.W_O)
    x = x + (x @ weights.W_in + weights.b_in).relu() @ weights.W_out + weights.b_out
    return x @ weights.W_U


def _check(weights: Weights, pairs: Pairs) -> None:
    weightings.checked(weights)
    if not isinstance(pairs, Pairs):
        validate.refuse(
            "pairs", got=type(pairs).__name__, expected="Pairs", fix="Pass pairs.every(p)."
        )
    for numbers in (pairs.a, pairs.b):
        _check_below(numbers, weights.p)


def _check_tokens(weights: Weights, tokens: object) -> None:
    if not isinstance(tokens, Tensor) or tokens.ndim != 2 or tokens.shape[1] != 3:
        validate.refuse(
            "tokens",
            got=repr(getattr(tokens, "shape", tokens)),
            expected="rows of three tokens",
            fix="Stack a, b and p, which stands for '='.",
        )
    _check_below(tokens, weights.p + 1)


def _check_below(numbers: Tensor, limit: int) -> None:
    if numbers.numel() and not 0 <= int(numbers.min()) <= int(numbers.max()) < limit:
        validate.refuse(
            "numbers",
            got=f"{int(numbers.min())} to {int(numbers.max())}",
            expected=f"0 to {limit - 1}",
            fix="Reduce them modulo p first.",
        )
