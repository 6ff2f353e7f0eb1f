"""Can the task be solved with weights that are written down, and how small may the model be?

All models here keep four kinds of information in separate dimensions of the stream: the symbol, the
position, what is said to the output, and (with two layers) a name that the first layer carries.

- `two_heads`: one layer. A head looks at the two names and says both, another looks at the repeated
  name and denies it. Neither looks differently at different names.
- `two_layers`: the first layer fetches the repeated name; the second uses it in its queries (look
  at the other name) or in its values (say both and deny this one).
- `one_head`: one layer and one head. Possible, by a trick that needs a ranking of the names: each
  is looked at several times as strongly as the one before. Whether the look ends at a name's first
  mention or at the third place then tells whether the louder or the quieter name was repeated.
  Everything rests on small remainders, which is why training hardly ever finds it.

The names additive and contrastive in Adhikari 2025, arXiv:2510.25013, suggest `two_heads`. Trained
models do otherwise: their additive head is the one written here, but their contrastive head ranks
the names like `one_head`, and leaves the small remainders to the other.

Source:
    Constructed here.
"""

import math

import torch
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import task

PATHS = ("query", "value")
"""Through which input of the second layer the repeated name can arrive."""

N_NAMES, N_SYMBOLS = len(task.NAMES), len(task.SYMBOLS)
SOURCES = N_SYMBOLS + task.N_POSITIONS
SYMBOL = range(N_SYMBOLS)
PLACE = range(N_SYMBOLS, SOURCES)
SAID = range(SOURCES, SOURCES + N_SYMBOLS)
CARRIED = range(SAID.stop, SAID.stop + N_SYMBOLS)
"""Dimensions of the stream: symbol, position, output, and a name carried between layers."""

STRONG = 30.0
"""Scores this far apart leave nothing for the lower one."""


def two_heads(*, gain: float | int = 20.0) -> Weights:
    """One layer, two heads: say both names, deny the repeated one.

    Args:
        gain: How strongly each head speaks, in nats at full attention.

    Returns:
        A model with 100 % accuracy: the answer's logit is gain / 2, the giver's is -gain / 2, all
        others are 0.

    Raises:
        ValueError: If the gain is not above 0.
    """
    gain = validate.number(gain, "gain", low=0.0, low_open=True)
    parts = _silent(n_layers=1, n_heads=2)
    for head, (seen, sign) in enumerate((((1, 2), 1.0), ((3,), -1.0))):
        _look_from_the_end(parts, 0, head, dict.fromkeys(seen, STRONG))
        for name in range(N_NAMES):
            parts["W_V"][0, 0, head, SYMBOL[name], name] = 1.0
            parts["W_O"][0, 0, head, name, SAID[name]] = sign * gain
    return Weights(**parts)


def two_layers(*, path: str = "query", gain: float | int = 20.0) -> Weights:
    """Two layers of one head: fetch the repeated name, then use it.

    Args:
        path: "query": the second layer looks at the name that was not fetched, and says it.
            "value": it looks at both names and at what was fetched, says the former and denies the
            latter.
        gain: How strongly the second layer speaks, in nats at full attention.

    Returns:
        A model with 100 % accuracy, whose only composition is the one named.

    Raises:
        ValueError: If the path is neither, or the gain is not above 0.
    """
    validate.choice(path, "path", PATHS)
    gain = validate.number(gain, "gain", low=0.0, low_open=True)
    parts = _silent(n_layers=2, n_heads=1)
    _look_from_the_end(parts, 0, 0, {3: STRONG})
    _look_at_the_start_elsewhere(parts)
    for name in range(N_NAMES):
        parts["W_V"][0, :, 0, SYMBOL[name], name] = 1.0
        parts["W_O"][0, 0, 0, name, CARRIED[name]] = 1.0
        parts["W_O"][0, 1, 0, name, SAID[name]] = gain
    if path == "value":
        _look_from_the_end(parts, 1, 0, dict.fromkeys((1, 2, 4), STRONG))
        for name in range(N_NAMES):
            parts["W_V"][0, 1, 0, CARRIED[name], name] = -1.0
        return Weights(**parts)
    _look_from_the_end(parts, 1, 0, dict.fromkeys((1, 2), STRONG))
    scale = math.sqrt(SOURCES)  # undoes the division by sqrt(d_head)
    for name in range(N_NAMES):
        parts["W_Q"][0, 1, 0, CARRIED[name], name] = -STRONG * scale
        parts["W_K"][0, 1, 0, SYMBOL[name], name] = 1.0
    return Weights(**parts)


def one_head(*, gain: float | int = 1e7) -> Weights:
    """One layer, one head: rank the names, and read who gives from where the look ends.

    Let the names have ranks 1, 3, 5, ... and weights in attention that grow from name to name. For
    a louder name L and a quieter Q, the sum over places is dominated by L. If Q was repeated, it is
    L's own value that counts, and it says L. If L was repeated, half of the weight lies on the
    third place, whose positional value takes away each name's rank, and L's value gives half of it
    to all quieter names: they tie, and what little comes from Q decides for Q.

    Args:
        gain: How strongly the head speaks; the remainders that decide go down to a millionth of it.

    Returns:
        A model with 100 % accuracy in single precision.

    Raises:
        ValueError: If the gain is not above 0.
    """
    gain = validate.number(gain, "gain", low=0.0, low_open=True)
    parts = _silent(n_layers=1, n_heads=1)
    _look_from_the_end(parts, 0, 0, dict.fromkeys((1, 2, 3), 3 * STRONG))
    ratios = torch.tensor([1.0, 4.5, 8.0, 11.5, 15.0, 18.5])  # louder than the last, this often
    ranks = torch.arange(1.0, 2 * N_NAMES, 2)
    own = ranks / 2 - 0.25  # less than half the rank, so that a repeated name drops below the tie
    says = torch.tril(ranks.expand(N_NAMES, -1) / 2, diagonal=-1) + torch.diag(own)
    parts["W_K"][0, 0, 0, :N_NAMES, PLACE[4]] = ratios.log().cumsum(0)
    for source in range(N_NAMES):
        parts["W_V"][0, 0, 0, SYMBOL[source], source] = 1.0
        parts["W_O"][0, 0, 0, source, SAID[0] : SAID[N_NAMES]] = gain * says[source]
    parts["W_V"][0, 0, 0, PLACE[3], PLACE[3]] = 1.0
    parts["W_O"][0, 0, 0, PLACE[3], SAID[0] : SAID[N_NAMES]] = -gain * ranks
    return Weights(**parts)


def _silent(*, n_layers: int, n_heads: int) -> dict[str, Tensor]:
    """Weights of one model whose heads do nothing yet."""
    width = CARRIED.stop
    heads = (1, n_layers, n_heads)
    return {
        "W_E": torch.eye(width)[None, SYMBOL.start : SYMBOL.stop].clone(),
        "W_pos": torch.eye(width)[None, PLACE.start : PLACE.stop].clone(),
        "W_Q": torch.zeros(*heads, width, SOURCES),
        "W_K": torch.zeros(*heads, width, SOURCES),
        "W_V": torch.zeros(*heads, width, SOURCES),
        "W_O": torch.zeros(*heads, SOURCES, width),
        "W_U": torch.eye(width)[None, :, SAID.start : SAID.stop].clone(),
    }


def _look_from_the_end(
    parts: dict[str, Tensor], layer: int, head: int, places: dict[int, float]
) -> None:
    """Let the last position score the places as given, and all others 0."""
    parts["W_Q"][0, layer, head, PLACE[4], PLACE[4]] = math.sqrt(SOURCES)
    for place, score in places.items():
        parts["W_K"][0, layer, head, PLACE[place], PLACE[4]] = score


def _look_at_the_start_elsewhere(parts: dict[str, Tensor]) -> None:
    """Let the other positions of the first layer look at BOS, which carries no name."""
    for place in PLACE[:4]:
        parts["W_Q"][0, 0, 0, place, PLACE[0]] = math.sqrt(SOURCES)
    parts["W_K"][0, 0, 0, PLACE[0], PLACE[0]] = STRONG
