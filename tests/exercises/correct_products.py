"""Correct answers to the exercises on products of weights that look nothing like the reference."""

import math

import torch

from mechnotes.circuits import composition_scores
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.bigrams import paths


def _bigrams_loop(W_E, W_U):
    rows = []
    for row in W_E:
        logits = [sum(x * y for x, y in zip(row, column, strict=True)) for column in W_U.T]
        total = sum(math.exp(one) for one in logits)
        rows.append([math.exp(one) / total for one in logits])
    return torch.tensor(rows)


def _bigrams_einsum(W_E, W_U):
    """In double precision, the softmax by hand."""
    logits = torch.einsum("id, dj -> ij", W_E.double(), W_U.double())
    return (logits - logits.logsumexp(1, keepdim=True)).exp()


def _paths_forward(tokens, **W):
    """What the heads of a run add, unembedded."""
    weights = Weights(**{k: v[None, None] if v.ndim == 3 else v[None] for k, v in W.items()})
    ran = model.forward(weights, tokens[None])
    parts = torch.cat([ran.embedded[0], ran.results[0, 0, 0]])
    return parts @ W["W_U"]


def _paths_loop(tokens, *, W_E, W_pos, W_Q, W_K, W_V, W_O, W_U):
    stream = [W_E[token] + W_pos[place] for place, token in enumerate(tokens.tolist())]
    found = torch.zeros(1 + len(W_Q), len(tokens), W_U.shape[1])
    for here, x in enumerate(stream):
        found[0, here] = x @ W_U
        for head in range(len(W_Q)):
            asked = [(x @ W_Q[head]) @ (y @ W_K[head]) for y in stream[: here + 1]]
            loud = [math.exp(score / math.sqrt(W_Q.shape[-1])) for score in asked]
            for weight, y in zip(loud, stream, strict=False):
                found[1 + head, here] += weight / sum(loud) * (y @ W_V[head] @ W_O[head] @ W_U)
    return found


def _paths_by_silence(tokens, **W):
    """Each head's path as what the logits lose without it."""
    silent = W | {"W_O": torch.zeros_like(W["W_O"])}
    direct = paths.one_layer(tokens, **silent).sum(0)
    found = [direct]
    for head in range(len(W["W_O"])):
        alone = torch.zeros_like(W["W_O"])
        alone[head] = W["W_O"][head]
        found.append(paths.one_layer(tokens, **W | {"W_O": alone}).sum(0) - direct)
    return torch.stack(found)


def _composition_loop(W_V, W_O, W_Q, W_K):
    wrote, read = W_V @ W_O, W_K @ W_Q.T
    sizes = [sum(x * x for x in one.flatten().tolist()) for one in (wrote @ read, wrote, read)]
    return math.sqrt(sizes[0] * W_V.shape[0] / (sizes[1] * sizes[2]))


def _composition_trace(W_V, W_O, W_Q, W_K):
    """Squared sizes as traces of small matrices, in double precision."""
    V, K, Q = (W.double().T @ W.double() for W in (W_V, W_K, W_Q))
    O = W_O.double() @ W_O.double().T  # noqa: E741 (the head's output)
    M = W_O.double() @ W_K.double()
    product = (V @ M @ Q @ M.T).trace()
    return (len(W_V) * product / ((V @ O).trace() * (K @ Q).trace())).sqrt()


def _composition_singular(W_V, W_O, W_Q, W_K):
    """Frobenius norms from singular values."""
    wrote, read = W_V @ W_O, (W_Q @ W_K.mT).mT
    sizes = [torch.linalg.svdvals(one).square().sum() for one in (wrote @ read, wrote, read)]
    return (sizes[0] / sizes[1] / sizes[2] * W_O.shape[1]) ** 0.5


def _composition_by_score(W_V, W_O, W_Q, W_K):
    score = composition_scores.composition(W_V @ W_O, W_K @ W_Q.T)
    return score / (1 / math.sqrt(W_K.shape[0]))


CORRECT = {
    "E12": (_bigrams_loop, _bigrams_einsum),
    "E13": (_paths_forward, _paths_loop, _paths_by_silence),
    "E14": (
        *(_composition_loop, _composition_trace),
        *(_composition_singular, _composition_by_score),
    ),
}
