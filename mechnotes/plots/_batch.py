"""A batch of trained models as HTML: its curves, and what is inside the model that is picked.

See `explorer`. A curve of one seed is a line; all lines of a value carry its number.
"""

import json
from html import escape

import numpy as np
from jaxtyping import Float

from mechnotes.plots import _lines
from mechnotes.plots._pixels import pixels
from mechnotes.plots.batches import Batch, Model

MOST_NEURONS, MOST_FEATURES = 256, 128
"""What a map has room for; of more neurons, evenly spaced ones are shown, of features the first."""

LEVELS = 8
"""Levels of colour in a map; many maps are stored."""


def html(batch: Batch) -> str:
    """The section of a batch, with its first model picked.

    Args:
        batch: Its models and curves.
    """
    known = np.array(batch.steps) >= 1
    steps = np.array(batch.steps, dtype=float)[known]
    across = _lines.axis(steps, log=True)
    charts = "".join(
        _lines.lines(
            steps,
            _strokes(curve[..., known]),
            across=across,
            up=_lines.axis(curve[..., known]),
            x_label="training steps",
            y_label=label,
        )
        for label, curve in batch.curves.items()
    )
    values = escape(json.dumps([one.label for one in batch.models]))
    return (
        f'<section class="mn-batch" aria-label="{escape(batch.name)}" data-values="{values}" '
        f'data-swept="{escape(batch.swept)}"><p><strong>{escape(batch.name)}</strong>: '
        f"{escape(batch.told)}</p>{model(batch.models[0])}"
        f'<div class="mn-charts">{charts}{_against(batch)}</div></section>'
    )


def model(one: Model) -> str:
    """The part of a section that shows the picked model.

    Args:
        one: The model.
    """
    order = np.argsort(-one.bias, kind="stable")
    shown = order[_spaced(len(order))]
    n_features = one.activations.shape[1]
    activations = one.activations[shown, :MOST_FEATURES]
    largest = one.activations[shown].max(-1, keepdims=True)
    shares = np.divide(activations, largest, out=np.zeros_like(activations), where=largest > 0)
    rows, columns = shares.shape
    some = "" if rows == len(order) else f", {rows} of {len(order)} of them"
    first = "" if columns == n_features else f", the first {columns} of {n_features}"
    told = f"Activation of {rows} neurons to each of {columns} features alone, as shares"
    return (
        f'<div class="mn-model"><p>{escape(one.note)}</p>'
        f"{_biases(one.bias[order], one.score[order])}"
        '<figure class="mn-answers"><figcaption>answers to single features</figcaption>'
        f"{pixels(shares.T, told=told, levels=LEVELS)}<p>across: the same neurons{some}; down: "
        f"features{first}; full colour is a neuron's largest answer</p></figure></div>"
    )


def _strokes(curve: Float[np.ndarray, "value seed checkpoint"]) -> list[_lines.Line]:
    return [(value, one) for value, seeds in enumerate(curve) for one in seeds]


def _against(batch: Batch) -> str:
    """The last curve's end against the swept quantity, one dot a seed."""
    label, curve = list(batch.curves.items())[-1]
    swept = np.array([one.value for one in batch.models], dtype=float)
    log = bool((swept > 0).all() and swept.max() / swept.min() > 20)
    ends = curve[..., -1]
    dots = [
        (value, _alone(float(ends[value, seed]), value, len(swept)))
        for value, seed in np.ndindex(*ends.shape)
    ]
    return _lines.lines(
        swept,
        dots,
        across=_lines.axis(swept, log=log),
        up=_lines.axis(ends),
        x_label=batch.swept,
        y_label=f"{label}, at the end",
        dots=True,
    )


def _alone(height: float, place: int, n: int) -> Float[np.ndarray, " point"]:
    heights = np.full(n, np.nan)
    heights[place] = height
    return heights


def _biases(bias: Float[np.ndarray, " neuron"], score: Float[np.ndarray, " neuron"]) -> str:
    """Biases in falling order; the neurons that answer to one feature are marked."""
    rank = np.arange(1, len(bias) + 1, dtype=float)
    shown = _spaced(len(bias))
    heights = bias[shown]
    single = score[shown] > SINGLE
    kinds = [(0, np.where(single, np.nan, heights)), (1, np.where(single, heights, np.nan))]
    return _lines.lines(
        rank[shown],
        kinds,
        across=_lines.axis(rank),
        up=_lines.axis(np.append(bias, 0.0)),
        x_label="neurons, largest bias first",
        y_label="bias; marked: answers to one feature",
        dots=True,
    )


SINGLE = 0.999
"""Score above which a neuron counts as answering to one feature."""


def _spaced(n: int) -> np.ndarray:
    return np.linspace(0, n - 1, min(n, MOST_NEURONS)).round().astype(int)
