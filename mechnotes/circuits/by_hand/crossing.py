"""By which wire does the second layer hear the first?

Two interventions take a memory away: silence the first layer, or cross one wire, so that the
queries, the keys or the values of the second layer read what the first layer wrote on *another*
text. A crossed wire that carries nothing changes nothing.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, on Q-, K- and
    V-composition. Crossing a wire is path patching of one edge.
"""

import dataclasses
from collections.abc import Callable

from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights, checked
from mechnotes.circuits.by_hand.texts import Texts
from mechnotes.circuits.by_hand.texts import checked as checked_texts

EDGES = ("queries", "keys", "values")
"""The inputs of the second layer."""
Stream = Float[Tensor, "seed batch pos d_model"]


def without_first_layer(weights: Weights) -> Weights:
    """The models after every head of the first layer is silenced (W_O = 0).

    Raises:
        ValueError: If the weights are none, or of no layer.
    """
    validate.integer(checked(weights).n_layers, "layers of the model", minimum=1)
    W_O = weights.W_O.clone()
    W_O[:, 0] = 0
    return dataclasses.replace(weights, W_O=W_O)


def crossed(
    weights: Weights, texts: Texts, *, edge: str, others: Texts | None = None
) -> Float[Tensor, "seed batch pos d_vocab"]:
    """Logits when one input of the second layer hears the first layer of another text.

    The tokens and positions that it reads stay its own; only what the first layer added is swapped.

    Args:
        weights: Models of two layers.
        texts: Texts on which they are judged.
        edge: "queries", "keys" or "values".
        others: Texts whose first layer is heard, of the same shape; if left out, each text hears
            the next one.

    Raises:
        ValueError: If the weights are none or not of two layers, there is no such edge, or the
            other texts have another shape.
    """
    checked_texts(texts)
    if others is not None and checked_texts(others).tokens.shape != texts.tokens.shape:
        validate.refuse(
            "others",
            got=f"shape {tuple(others.tokens.shape)}",
            expected=f"the shape of the texts, {tuple(texts.tokens.shape)}",
            fix="Draw both with the same lengths.",
        )
    heard = texts.tokens.roll(1, dims=0) if others is None else others.tokens
    embedded = model.embed(weights, texts.tokens)
    written = after_first(weights, heard) - model.embed(weights, heard)
    return changed(weights, texts, edge=edge, change=lambda _: embedded + written)


def changed(
    weights: Weights, texts: Texts, *, edge: str, change: Callable[[Stream], Stream]
) -> Float[Tensor, "seed batch pos d_vocab"]:
    """Logits when one input of the second layer reads a changed stream, and nothing else does.

    Args:
        weights: Models of two layers.
        texts: Texts on which they are run.
        edge: "queries", "keys" or "values".
        change: From the stream after the first layer to what is read instead.

    Raises:
        ValueError: If the weights are none or not of two layers, or there is no such edge.
    """
    validate.choice(edge, "edge", EDGES)
    if checked(weights).n_layers != 2:
        validate.refuse(
            "weights",
            got=f"models of {weights.n_layers} layers",
            expected="models of two layers",
            fix="Cross wires between two layers only.",
        )
    stream = after_first(weights, checked_texts(texts).tokens)
    heard = dict.fromkeys(EDGES, stream) | {edge: change(stream)}
    _, result = model.attend(weights, 1, **heard)
    return model.unembed(weights, stream + result.sum(2))


def after_first(weights: Weights, tokens: Int[Tensor, "batch pos"]) -> Stream:
    """The stream after the first layer: tokens, positions, and what the first heads wrote.

    Raises:
        ValueError: If the weights are none, or the tokens do not fit.
    """
    stream = model.embed(weights, tokens)
    _, result = model.attend(weights, 0, queries=stream, keys=stream, values=stream)
    return stream + result.sum(2)
