"""Does a story about a circuit hold? Exchange everything that it calls unimportant, and look.

A hypothesis says which parts each reader needs: which parts the upper layer's queries, keys and
values listen to, and which parts the logits listen to. Causal scrubbing takes it at its word. Every
part that a reader does not need, according to the hypothesis, comes from another text, a different
one for each reader. If the story is right the loss stays; if it leaves out something that matters
the loss rises, at most to that of a model in which everything is exchanged.

    story = Hypothesis(queries={"embedding"}, keys={"head 0.2"}, values={"embedding"},
                       logits={"head 1.1"})
    explained(weights, tokens, story, where=texts.in_repeats, seed=0)

The share of the loss explained can be high for a story that says too little: one that calls
everything important changes nothing and explains all. So say also how much was exchanged.

Source:
    Chan et al. 2022, Causal Scrubbing; the treatment of induction is in their part 4.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.losses import of_logits
from mechnotes.circuits.attention_only.weights import Weights, checked
from mechnotes.circuits.partners import partners

READERS = ("queries", "keys", "values", "logits")
"""Who can listen: three inputs of the second layer, and the logits."""
Parts = Mapping[str, Float[Tensor, "seed batch pos d_model"]]


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """Parts that each reader needs; whatever is not named may be exchanged."""

    queries: Collection[str] = ()
    """Parts that the second layer's queries need: "embedding", "head 0.0" and so on."""
    keys: Collection[str] = ()
    """Parts that its keys need."""
    values: Collection[str] = ()
    """Parts that its values need."""
    logits: Collection[str] = ()
    """Parts that the logits need: also heads of the second layer, "head 1.0" and so on."""

    def of(self, reader: str) -> frozenset[str]:
        """What one reader needs."""
        needed: Collection[str] = getattr(self, reader)
        return frozenset([needed] if isinstance(needed, str) else needed)


def everything(weights: Weights) -> Hypothesis:
    """The story that every part matters to everyone: nothing is exchanged."""
    lower, upper = part_names(weights)
    return Hypothesis(queries=lower, keys=lower, values=lower, logits=(*lower, *upper))


def part_names(weights: Weights) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of what the second layer can hear, and of its own heads.

    Raises:
        ValueError: If the models do not have two layers.
    """
    if checked(weights).n_layers != 2:
        validate.refuse(
            "weights",
            got=f"models of {weights.n_layers} layers",
            expected="models of two",
            fix="Scrubbing is written for one layer that hears another.",
        )
    first, second = (
        tuple(f"head {layer}.{head}" for head in range(weights.n_heads)) for layer in (0, 1)
    )
    return ("embedding", *first), second


@torch.no_grad()
def scrubbed_losses(
    weights: Weights,
    tokens: Int[Tensor, "batch pos"],
    hypothesis: Hypothesis,
    *,
    others: Mapping[str, Int[Tensor, " batch"]],
) -> Float[Tensor, "seed batch target"]:
    """Cross-entropy of every token after the first when unimportant parts are exchanged, in nats.

    Args:
        weights: Models of two layers.
        tokens: The texts.
        hypothesis: Which parts matter to whom.
        others: For each of `READERS` the row of the text that its unimportant parts come from.

    Raises:
        ValueError: If the models do not have two layers, a part or reader does not exist, or the
            rows do not fit the texts.
    """
    lower, upper = part_names(weights)
    _check(hypothesis, lower, upper, others, len(tokens))
    parts = _lower_parts(weights, tokens)
    heard = {
        reader: _mixed(parts, hypothesis.of(reader), others[reader])
        for reader in ("queries", "keys", "values")
    }
    own = _results(weights, 1, {name: sum(parts.values()) for name in heard})  # type: ignore[misc]
    scrubbed = _results(weights, 1, heard)
    needed, rows = hypothesis.of("logits"), others["logits"]
    stream = _mixed(parts, needed, rows)
    stream = stream + sum(
        scrubbed[name] if name in needed else own[name][:, rows] for name in upper
    )
    return of_logits(model.unembed(weights, stream), tokens)


@dataclass(frozen=True, kw_only=True, eq=False)
class Explained:
    """Losses of one hypothesis, one number for each model, in nats."""

    original: Float[Tensor, " seed"]
    """Nothing exchanged."""
    scrubbed: Float[Tensor, " seed"]
    """What the hypothesis calls unimportant exchanged."""
    random: Float[Tensor, " seed"]
    """Everything exchanged."""

    @property
    def share(self) -> Float[Tensor, " seed"]:
        """Share of the loss explained: 1 if nothing is lost, 0 if it is as if all were lost."""
        return (self.random - self.scrubbed) / (self.random - self.original)


def explained(
    weights: Weights,
    tokens: Int[Tensor, "batch pos"],
    hypothesis: Hypothesis,
    *,
    where: Bool[Tensor, "batch target"],
    seed: int = 0,
    n_draws: int = 4,
) -> Explained:
    """How much of the loss a hypothesis explains.

    Args:
        weights: Models of two layers.
        tokens: The texts.
        hypothesis: Which parts matter to whom.
        where: Which tokens, from the second of each text on, the story is about.
        seed: Seed of the drawing of other texts.
        n_draws: How often to draw.

    Raises:
        ValueError: As `scrubbed_losses`, or if nothing is marked or there is a single text.
    """
    if tuple(where.shape) != (len(tokens), tokens.shape[1] - 1) or not where.any():
        validate.refuse(
            "where",
            got=f"shape {tuple(where.shape)} with {int(where.sum())} marks",
            expected=f"shape {(len(tokens), tokens.shape[1] - 1)} with at least one mark",
            fix="Mark the tokens from the second on that the story is about.",
        )
    validate.integer(n_draws, "n_draws", minimum=1)
    told = {"original": everything(weights), "scrubbed": hypothesis, "random": Hypothesis()}
    sums = {name: torch.zeros(weights.n_seeds) for name in told}
    classes = torch.zeros(len(tokens), dtype=torch.long)
    for draw in range(n_draws):
        generator = rng.generator(seed, "scrubbing", draw)
        others = dict(zip(READERS, partners(classes, len(READERS), generator), strict=True))
        for name, story in told.items():
            losses = scrubbed_losses(weights, tokens, story, others=others)
            sums[name] += losses[:, where].mean(-1).cpu() / n_draws
    return Explained(**sums)


def _lower_parts(weights: Weights, tokens: Int[Tensor, "batch pos"]) -> Parts:
    embedded = model.embed(weights, tokens)
    heads = _results(weights, 0, dict.fromkeys(("queries", "keys", "values"), embedded))
    return {"embedding": embedded, **heads}


def _results(weights: Weights, layer: int, heard: Mapping[str, Tensor]) -> Parts:
    _, results = model.attend(weights, layer, **heard)
    return {f"head {layer}.{head}": each for head, each in enumerate(results.unbind(2))}


def _mixed(
    parts: Parts, needed: frozenset[str], rows: Int[Tensor, " batch"]
) -> Float[Tensor, "seed batch pos d_model"]:
    """The stream with the needed parts of each text and the other parts of another."""
    chosen = [part if name in needed else part[:, rows] for name, part in parts.items()]
    return torch.stack(chosen).sum(0)


def _check(
    hypothesis: Hypothesis,
    lower: tuple[str, ...],
    upper: tuple[str, ...],
    others: Mapping[str, Tensor],
    n_texts: int,
) -> None:
    for reader in READERS:
        known = (*lower, *upper) if reader == "logits" else lower
        for part in hypothesis.of(reader):
            validate.choice(part, reader, known)
        rows = others.get(reader)
        if (
            rows is None
            or tuple(rows.shape) != (n_texts,)
            or not 0 <= rows.min() <= rows.max() < n_texts
        ):
            validate.refuse(
                "others",
                got=f"{None if rows is None else tuple(rows.shape)} for {reader}",
                expected=f"{n_texts} rows from 0 to {n_texts - 1} for each of {READERS}",
                fix="Draw them with partners(classes, 4, generator).",
            )
