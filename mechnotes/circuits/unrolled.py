"""A transformer as a graph: who reads from whom?

The residual stream lets every part read what all earlier parts have written. Written out, it is a
graph: senders are the embedding, the heads and the MLPs; receivers are the queries, keys and values
of each head, each MLP, and the logits. A receiver hears the sum of all earlier senders, and an edge
can be given another value while the sender says the same to everybody else.

    graph = unrolled(models.load("storybook", folded=True))
    run(graph, {"embedding": embedded(model, tokens)})[OUTPUT]     # the model's logits

Names: "head 1.2" is head 2 of layer 1, "1.2 q" what its queries hear, "mlp 0" an MLP. Only edges
between these are written out; that "head 1.2" hears its own "1.2 q" is one of them.
"""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from mechnotes import hooks, validate
from mechnotes._typing import LanguageModel
from mechnotes.circuits.discovery import Discovery, search_order
from mechnotes.circuits.discovery import discover as find
from mechnotes.metrics import divergence
from mechnotes.patching import _checks, _token_checks
from mechnotes.patching.graphs import Edge, Given, Graph, Node, run
from mechnotes.prompts import Pairs

INPUT, OUTPUT = "embedding", "logits"
"""Names of the input, and of the node with the logits at the last position."""
READS = ("q", "k", "v")


def unrolled(model: LanguageModel) -> Graph:
    """Write a model out as a graph of heads and MLPs.

    Args:
        model: A GPT-2 with positions in its embedding; folded or not.

    Raises:
        ValueError: If the model turns queries and keys by their position instead (as Llama does).
    """
    hooks.check_model(model)
    if getattr(model, "pos_embed", None) is None:
        validate.refuse(
            "model",
            got="one whose positions are not part of the embedding",
            expected="a model in GPT-2's format",
            fix='Use models.load("storybook").',
        )
    nodes: list[Node] = []
    W_O = model.W_O  # stacked anew at each call
    senders, bias = [INPUT], W_O.new_zeros(model.cfg.d_model)
    for layer in range(model.cfg.n_layers):
        heads = [f"{layer}.{head}" for head in range(model.cfg.n_heads)]
        for name in heads:
            nodes += [_hears(f"{name} {read}", senders, bias) for read in READS]
            parents = tuple(f"{name} {read}" for read in READS)
            function = _head(model, layer, int(name.split(".")[1]), W_O)
            nodes.append(Node(name=f"head {name}", parents=parents, function=function))
        senders = [*senders, *(f"head {name}" for name in heads)]
        bias = bias + _bias(model, layer, W_O)
        nodes.append(_hears(f"mlp {layer} in", senders, bias))
        nodes.append(
            Node(name=f"mlp {layer}", parents=(f"mlp {layer} in",), function=_mlp(model, layer))
        )
        senders = [*senders, f"mlp {layer}"]
    nodes.append(_hears("stream", senders, bias))
    nodes.append(Node(name=OUTPUT, parents=("stream",), function=_unembed(model)))
    return Graph(inputs=(INPUT,), nodes=tuple(nodes))


@torch.no_grad()
def embedded(
    model: LanguageModel, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "batch pos d_model"]:
    """What enters the first block: the value of the graph's input for these tokens.

    Raises:
        ValueError: If the tokens are not [batch, pos], not of this model or too many for it.
    """
    tokens = _token_checks.tokens(hooks.check_model(model), tokens, "tokens")
    name = "blocks.0.hook_resid_pre"
    _, cache = model.run_with_cache(tokens, names_filter=lambda other: other == name)
    return cache[name]


def given(model: LanguageModel, tokens: Int[Tensor, "batch pos"]) -> Given:
    """The graph's input for these tokens, as `graphs.run` takes it."""
    return {INPUT: embedded(model, tokens)}


def discover(
    model: LanguageModel, pairs: Pairs, *, tau: float, progress: bool = False
) -> Discovery[Edge]:
    """Drop every edge between parts whose loss moves the model's answer by less than tau.

    Args:
        model: A model in GPT-2's format.
        pairs: Clean prompts, and the corrupted ones that dropped edges take their values from.
        tau: Threshold on the divergence KL(clean || circuit), in nats.
        progress: Whether to show a bar.

    Returns:
        The circuit: kept edges, and the trace of decisions.

    Raises:
        ValueError: As `unrolled`, `discovery.discover` and `activation.patch`, of model and pairs.

    Source:
        Conmy et al. 2023, arXiv:2304.14997, with the divergence as metric.
    """
    _checks.pairs(model, pairs)
    _checks.unhooked(model)
    graph = unrolled(model)
    clean, corrupted = given(model, pairs.clean), given(model, pairs.corrupted)
    whole, spoilt = run(graph, clean)[OUTPUT], run(graph, corrupted)
    target = _checks.target(model, pairs, whole)
    edges = [edge for edge in search_order(graph) if between_parts(edge)]
    bar = tqdm(total=len(edges), disable=not progress, unit="edge")

    def score(dropped: frozenset[Edge]) -> float:
        bar.update()
        values = run(graph, clean, edges={edge: spoilt[edge[0]] for edge in dropped})
        return divergence(values[OUTPUT], target).mean().item()

    with bar:
        return find(edges, score, tau=tau)


@torch.no_grad()
def distance(model: LanguageModel, pairs: Pairs) -> float:
    """What a circuit has to explain: KL(clean || corrupted) of the answers in nats, mean of pairs.

    Raises:
        ValueError: If the pairs do not fit the model.
    """
    _checks.pairs(model, pairs)
    clean, corrupted = (model(tokens)[:, -1] for tokens in (pairs.clean, pairs.corrupted))
    return divergence(corrupted, _checks.target(model, pairs, clean)).mean().item()


def between_parts(edge: tuple[str, str]) -> bool:
    """Whether an edge leads from one part of the model to another, not within one."""
    sender, receiver = edge
    return not (sender.endswith((*(f" {read}" for read in READS), " in")) or receiver == OUTPUT)


def _hears(name: str, senders: list[str], bias: Tensor) -> Node:
    """A node that adds up what was written before it, and the biases of attention."""

    def add(*written: Tensor) -> Tensor:
        return torch.stack(written).sum(0) + bias.to(written[0])

    return Node(name=name, parents=tuple(senders), function=add)


def _head(
    model: LanguageModel,
    layer: int,
    head: int,
    W_O: Float[Tensor, "layer head d_head d_model"],
) -> Callable[..., Tensor]:
    """What one head writes, from what its queries, keys and values hear."""
    block: Any = model.blocks[layer]
    d_head = model.cfg.d_head
    W = W_O[layer, head]

    @torch.no_grad()
    def write(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        own = slice(head * d_head, (head + 1) * d_head)
        read = zip((block.attn.q, block.attn.k, block.attn.v), (q, k, v), strict=True)
        q, k, v = (part(block.ln1(heard)).flatten(2)[..., own] for part, heard in read)
        scores = q @ k.mT / d_head**0.5
        future = torch.ones_like(scores, dtype=torch.bool).triu(1)
        return scores.masked_fill(future, -torch.inf).softmax(-1) @ v @ W

    return write


def _mlp(model: LanguageModel, layer: int) -> Callable[[Tensor], Tensor]:
    block: Any = model.blocks[layer]

    @torch.no_grad()
    def write(heard: Tensor) -> Tensor:
        return block.mlp(block.ln2(heard))

    return write


@torch.no_grad()
def _bias(
    model: LanguageModel, layer: int, W_O: Float[Tensor, "layer head d_head d_model"]
) -> Float[Tensor, " d_model"]:
    """What attention adds whatever its heads find: its output for heads that are silent."""
    silent = W_O.new_zeros(1, 1, model.cfg.n_heads * model.cfg.d_head)
    block: Any = model.blocks[layer]
    return block.attn.o(silent)[0, 0]


def _unembed(model: LanguageModel) -> Callable[[Tensor], Tensor]:
    @torch.no_grad()
    def read(stream: Tensor) -> Tensor:
        return model.ln_final(stream[:, -1:])[:, 0] @ model.W_U + model.b_U

    return read
