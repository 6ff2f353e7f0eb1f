"""Does the second head hear the first in its queries or in its keys?

Two interventions tell the constructions apart. `by_crossing` lets one input at a time hear the
first layer of another text, and asks which crossing costs the memory; it works on any model of two
layers, whatever its coordinates. `by_places` scrambles the positions in the second layer's keys: a
pointer finds nothing there, a search for a token does not care. It needs to know where positions
live, and fails on a model whose stream has been turned.

Source:
    Constructed here, from the mechanisms in Elhage et al. 2021 and its exercises.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.circuits.attention_only.weights import Weights, checked
from mechnotes.circuits.by_hand import behaviour, crossing
from mechnotes.circuits.by_hand.texts import Texts
from mechnotes.circuits.by_hand.texts import checked as checked_texts


def costs(weights: Weights, texts: Texts) -> dict[str, Float[Tensor, " seed"]]:
    """Accuracy that is lost when one input of the second layer hears another text.

    Args:
        weights: Models of two layers.
        texts: At least two texts with repeats.

    Returns:
        For "queries", "keys" and "values": 0 loses nothing, 1 everything.

    Raises:
        ValueError: If the weights do not fit, or there is one text only, which can hear no other.
    """
    validate.integer(len(checked_texts(texts).tokens), "number of texts", minimum=2)
    whole = behaviour.accuracy(weights, texts)
    left = {edge: crossing.crossed(weights, texts, edge=edge) for edge in crossing.EDGES}
    answers = texts.answer
    return {edge: whole - behaviour.share_right(said, answers) for edge, said in left.items()}


def by_crossing(weights: Weights, texts: Texts) -> str:
    """Which construction a model is, by an intervention that needs no coordinates.

    Args:
        weights: One model of two layers.
        texts: At least two texts with repeats.

    Returns:
        "Q" if crossing the queries costs more than crossing the keys, else "K".

    Raises:
        ValueError: As `costs`, or if there are several models.
    """
    lost = costs(_one(weights), texts)
    return "Q" if lost["queries"].item() > lost["keys"].item() else "K"


def by_places(weights: Weights, texts: Texts, places: slice, *, seed: int = 0) -> str:
    """Which construction a model is, if positions live in dimensions of their own.

    Args:
        weights: One model of two layers.
        texts: Texts with repeats.
        places: Where in the stream positions live.
        seed: Draws the permutation.

    Returns:
        "Q" if scrambling the positions in the keys costs more than half of the memory, else "K".

    Raises:
        ValueError: If the weights do not fit or are several models.
    """
    before = behaviour.accuracy(_one(weights), texts)
    return "Q" if scrambled(weights, texts, places, seed=seed) < before / 2 else "K"


def scrambled(
    weights: Weights, texts: Texts, places: slice, *, edge: str = "keys", seed: int = 0
) -> Float[Tensor, " seed"]:
    """Accuracy when the dimensions of the positions are permuted in one input of layer 2.

    Args:
        weights: Models of two layers.
        texts: Texts with repeats.
        places: Which dimensions of the stream are permuted among each other.
        edge: "queries", "keys" or "values".
        seed: Draws the permutation.

    Raises:
        ValueError: If the weights do not fit, or there is no such edge.
    """
    validate.choice(edge, "edge", crossing.EDGES)
    if not isinstance(places, slice):
        validate.refuse(
            "places",
            got=type(places).__name__,
            expected="a slice of the stream",
            fix='Take stream.part("position").',
        )
    n_places = len(range(*places.indices(checked(weights).d_model)))
    order = torch.randperm(n_places, generator=rng.generator(seed, "places"))

    def change(stream: crossing.Stream) -> crossing.Stream:
        mixed = stream.clone()
        mixed[..., places] = stream[..., places][..., order]
        return mixed

    said = crossing.changed(weights, texts, edge=edge, change=change)
    return behaviour.share_right(said, texts.answer)


def _one(weights: Weights) -> Weights:
    if checked(weights).n_seeds != 1:
        validate.refuse(
            "weights",
            got=f"{weights.n_seeds} models",
            expected="one model",
            fix="Pick one with weights.one(seed).",
        )
    return weights
