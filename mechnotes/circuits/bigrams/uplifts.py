"""What does a word earlier in the text do to the logits? Put it there and see.

The measurement that the tables are judged by: the same texts twice, once with a source in the place
of whatever stood there, and the difference of the logits after the destination. Logits are centred
(less their mean over outputs): a constant added to all of them changes no probability.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights, checked
from mechnotes.circuits.bigrams import chains, sampling


@torch.no_grad()
def measured(
    weights: Weights,
    texts: Int[Tensor, "text pos"],
    places: Int[Tensor, " text"],
    *,
    destination: int,
) -> Float[Tensor, "seed source output"]:
    """Mean change of the logits when each token in turn is put into the texts.

    Args:
        weights: The models.
        texts: Texts; their last token is replaced by the destination.
        places: Where in each text the source goes, before the last position.
        destination: Token after which the logits are read.

    Returns:
        Nats, less the mean over outputs.

    Raises:
        ValueError: If the weights are none, or texts, places or destination do not fit them.
    """
    sampling.checked_texts(texts, n_tokens=checked(weights).d_vocab, shortest=2)
    destination = validate.integer(destination, "destination", maximum=weights.d_vocab - 1)
    _check_places(places, texts)
    without = texts.clone()
    without[:, -1] = destination
    each = torch.arange(len(texts))
    with_source = without.repeat(weights.d_vocab, 1, 1)  # [source text pos]
    with_source[:, each, places] = torch.arange(weights.d_vocab)[:, None]
    after = model.logits(weights, with_source.flatten(0, 1))[:, :, -1]
    after = after.unflatten(1, with_source.shape[:2])  # [seed source text output]
    before = model.logits(weights, without)[:, None, :, -1]
    gained = (after - before).mean(dim=2)
    return gained - gained.mean(dim=-1, keepdim=True)


def table(
    weights: Weights, texts: Int[Tensor, "text pos"], places: Int[Tensor, " text"]
) -> Float[Tensor, "seed destination source output"]:
    """`measured` for every destination.

    Raises:
        ValueError: As `measured`.
    """
    each = range(checked(weights).d_vocab)
    return torch.stack([measured(weights, texts, places, destination=one) for one in each], dim=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Leak:
    """What sources do to three kinds of outputs, above the mean of unrelated outputs, in nats."""

    wanted: Float[Tensor, "seed triple"]
    """To the output of the triple itself."""
    unwanted: Float[Tensor, "seed triple"]
    """To the output of another triple that should not follow here; the highest if several."""
    unrelated: Float[Tensor, "seed triple"]
    """To the highest of the outputs that belong to no triple: the control."""


def leak(
    uplift: Float[Tensor, "seed destination source output"], triples: tuple[chains.Triple, ...]
) -> Leak:
    """How far does what one skip-trigram needs spill into others?

    Args:
        uplift: A table, measured or read off weights.
        triples: The skip-trigrams of the language, at least two with different outputs.

    Raises:
        ValueError: If the table is none, or no triple has an unwanted or an unrelated output.
    """
    axes = ("seed", "destination", "source", "output")
    n_tokens = validate.shape(validate.finite(uplift, "uplift"), "uplift", axes).shape[-1]
    outputs = {output for _, _, output in triples}
    unrelated = [token for token in range(n_tokens) if all(token not in one for one in triples)]
    rows: list[tuple[Tensor, Tensor, Tensor]] = []
    for source, destination, output in triples:
        right = {c for a, b, c in triples if (a, b) == (source, destination)}
        wrong = sorted(outputs - right)
        if not wrong or not unrelated:
            validate.refuse(
                "triples",
                got=repr(triples),
                expected="triples with different outputs, and tokens that are in none",
                fix="Take the triples of a case about pairs.",
            )
        row = uplift[:, destination, source]
        row = row - row[:, unrelated].mean(dim=1, keepdim=True)
        rows.append((row[:, output], row[:, wrong].amax(dim=1), row[:, unrelated].amax(dim=1)))
    kinds = [torch.stack(kind, dim=1) for kind in zip(*rows, strict=True)]
    return Leak(wanted=kinds[0], unwanted=kinds[1], unrelated=kinds[2])


def _check_places(places: object, texts: Int[Tensor, "text pos"]) -> None:
    last = texts.shape[1] - 1
    if not sampling.are_indices(places, below=last) or places.shape != texts.shape[:1]:
        validate.refuse(
            "places",
            got=repr(places),
            expected=f"one whole number from 0 to {last - 1} for each of {len(texts)} texts",
            fix="The source must stand before the last position.",
        )
