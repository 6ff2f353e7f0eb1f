"""Who does raise a latent, on the texts at hand?

The residual stream is a sum: a word's embedding and its place, each head's output, each neuron's,
and biases. A latent's pre-activation is the stream times its encoder column, plus a constant; so it
is a sum of as many terms, and `contributions` gives them all. They add up to the pre-activation
exactly, with nothing estimated.

A term may be large on every token alike. What makes a latent fire *here* is what is larger here
than elsewhere: `strongest` ranks terms by their mean where it fires less their mean on other
tokens. `silencing.ablated` takes a part away in the running model and reads the latent again, which
also counts what later parts make of the loss.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits (the stream as a sum); the
    same decomposition for logits is `mechnotes.patching.direct`.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import hooks, validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import activations, autoencoder
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.effects import _places, _terms, weights

Part = tuple[str, int, int]
"""("head", layer, head) or ("neuron", layer, neuron)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Contributions:
    """Terms of a latent's pre-activation at some tokens, in the latent's own unit."""

    text: Int[Tensor, " token"]
    """Text of each token."""
    position: Int[Tensor, " token"]
    """Its position in the text."""
    word: Float[Tensor, " token"]
    """Embedding of the word that stands there."""
    place: Float[Tensor, " token"]
    """What else enters the first block: the embedding of the position, where there is one."""
    heads: Float[Tensor, "layer head token"]
    """What each head writes."""
    attention_bias: Float[Tensor, "layer token"]
    """What the biases of attention's output write."""
    neurons: Float[Tensor, "mlp neuron token"]
    """What each MLP neuron writes."""
    mlp_bias: Float[Tensor, "mlp token"]
    """What the biases of the MLPs' output write."""
    constant: float
    """The encoder's own bias, less what it takes away as the decoder's."""
    value: Float[Tensor, " token"]
    """The latent as the autoencoder gives it: its pre-activation where it fires, 0 elsewhere."""

    def total(self) -> Float[Tensor, " token"]:
        """Sum of all terms: the pre-activation."""
        written = self.heads.sum((0, 1)) + self.neurons.sum((0, 1))
        biases = self.attention_bias.sum(0) + self.mlp_bias.sum(0)
        return self.word + self.place + written + biases + self.constant


@torch.no_grad()
def contributions(
    model: LanguageModel,
    sae: Autoencoder,
    latent: int,
    tokens: Int[Tensor, "text pos"],
    *,
    where: Bool[Tensor, "text pos"] | None = None,
) -> Contributions:
    """What each part adds to a latent's pre-activation, token by token.

    Args:
        model: The model.
        sae: An autoencoder of a residual stream.
        latent: Which latent.
        tokens: Texts of equal length; some hundred tokens of a large model fill the memory.
        where: Which tokens; by default those on which the latent fires, but for each text's first.

    Raises:
        ValueError: If it is an autoencoder of something else or does not fit the model, there is no
            such latent, or there is no token left to look at.
    """
    place = _places.stream_of(sae)
    w, constant = weights.column(model, sae, latent), weights.offset(sae, latent)
    value = autoencoder.values(model, sae, tokens, latents=latent)
    tokens = tokens.to(value.device)
    at = _chosen(value > 0 if where is None else where, tokens, first=where is not None)
    cache = _terms.written(model, place, tokens)
    heads, attention_bias = _terms.of_attention(model, place, w, cache, at)
    neurons, mlp_bias = _terms.of_mlps(model, place, w, cache, at)
    n_tokens = int(at.sum())
    word = (model.W_E @ w)[tokens[at]]
    text, position = at.nonzero(as_tuple=True)
    found = Contributions(
        text=text.cpu(),
        position=position.cpu(),
        word=word.cpu(),
        place=(cache[hooks.name(model, "resid_pre", layer=0)][at] @ w - word).cpu(),
        heads=_stacked(heads, (model.cfg.n_heads, n_tokens)),
        attention_bias=_stacked(attention_bias, (n_tokens,)),
        neurons=_stacked(neurons, (model.cfg.d_mlp or 0, n_tokens)),
        mlp_bias=_stacked(mlp_bias, (n_tokens,)),
        constant=constant,
        value=value[at].cpu(),
    )
    return _checked(found, latent)


def strongest(
    found: Contributions, *, against: Contributions | None = None, n: int = 5
) -> list[tuple[Part, float]]:
    """Heads and neurons that raise a latent most, strongest first.

    Args:
        found: Contributions where the latent fires.
        against: Contributions on other tokens, whose means are taken away; nothing by default.
        n: How many.

    Returns:
        Parts, with what they add on average in the latent's unit.

    Raises:
        ValueError: If the two are of different models, or the same tokens.
    """
    validate.integer(n, "n", minimum=1)
    if against is not None and _same(found, against):
        validate.refuse(
            "against",
            got="the very contributions that are ranked",
            expected="those on other tokens, for example on all",
            fix="Choose tokens with contributions(..., where=...), or leave `against` out.",
        )
    ranked: list[tuple[Part, float]] = []
    for kind in ("head", "neuron"):
        mean = getattr(found, f"{kind}s").mean(-1)
        if against is not None:
            base = getattr(against, f"{kind}s").mean(-1)
            validate.shape(base, "against", ("layer", kind), layer=len(mean))
            mean = mean - base
        best = mean.flatten().topk(min(n, mean.numel()))
        for value, flat in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            layer, number = divmod(flat, mean.shape[1])
            ranked.append(((kind, layer, number), value))
    return sorted(ranked, key=lambda one: -one[1])[:n]


@torch.no_grad()
def by_source(
    model: LanguageModel,
    sae: Autoencoder,
    latent: int,
    tokens: Int[Tensor, "text pos"],
    *,
    layer: int,
    head: int,
) -> Float[Tensor, "text reader read"]:
    """A head's term of a latent's pre-activation, split by the token that the head reads.

    Args:
        model: The model.
        sae: An autoencoder of a residual stream.
        latent: Which latent.
        tokens: Texts of equal length.
        layer: Layer of the head.
        head: The head.

    Returns:
        What the head adds at each reader by reading each token; the sum over tokens is its term.

    Raises:
        ValueError: As `contributions`, or if no such head comes before the autoencoder's place.
    """
    _places.check_head(model, sae, layer=layer, head=head)
    w = weights.column(model, sae, latent)
    tokens = activations.on_device(model, tokens)
    names = [hooks.name(model, site, layer=layer) for site in ("pattern", "v")]
    _, cache = model.run_with_cache(tokens, names_filter=names)
    pattern, values = (cache[name] for name in names)
    own = values[:, :, head * values.shape[2] // model.cfg.n_heads]  # [text, read, d_head]
    return (pattern[:, head] * (own @ (model.W_O[layer, head] @ w))[:, None]).cpu()


def _chosen(where: Tensor, tokens: Tensor, *, first: bool) -> Bool[Tensor, "text pos"]:
    """Which tokens to look at; each text's first only if it was asked for."""
    chosen = _places.check_where(where, tokens).clone()
    if not first:
        chosen[:, 0] = False
    if not chosen.any():
        validate.refuse(
            "where",
            got="no token",
            expected="at least one token, for example one on which the latent fires",
            fix="Pass more texts, or choose tokens yourself.",
        )
    return chosen


def _same(found: Contributions, against: Contributions) -> bool:
    """Whether two say the same of the same tokens."""
    names = ("text", "position", "value", "heads")
    return all(torch.equal(getattr(found, name), getattr(against, name)) for name in names)


def _stacked(rows: list[Tensor], shape: tuple[int, ...]) -> Tensor:
    return torch.stack(rows).cpu() if rows else torch.zeros(0, *shape)


def _checked(found: Contributions, latent: int) -> Contributions:
    """Refuse an autoencoder whose latents are more than a threshold on a sum."""
    fires = found.value > 0
    error = (found.total() - found.value)[fires].abs()
    if bool((error > 1e-3 * found.value[fires].clamp(min=1.0)).any()):
        validate.refuse(
            "sae",
            got=f"one whose latent {latent} is not the stream times its column, plus a constant",
            expected="an encoder of a matrix, a bias and a threshold",
            fix="Take one that normalises nothing at run time.",
        )
    return found
