"""Which symbol does the last position ask for, and which heads copy names?

Query-key and output-value circuits are those of `attention_only.products`. Here their sources have
names, the eight symbols and then the five positions, and two readings are about this task alone.

Source:
    Elhage et al. 2021, A Mathematical Framework for Transformer Circuits, QK and OV circuits, and
    "Detecting copying behavior" for the eigenvalues.
"""

from jaxtyping import Float
from torch import Tensor

from mechnotes.circuits.attention_only.products import copying_score, ov_circuit, qk_circuit
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import task

SOURCES = (*task.SYMBOLS, *(f"place {place}" for place in range(task.N_POSITIONS)))
"""Names of the sources: symbols, then positions."""


def end_scores(weights: Weights) -> Float[Tensor, "seed layer head source"]:
    """How strongly the last position asks for each source, symbols and positions apart.

    The last position is the same in every prompt, so in the first layer these thirteen numbers are
    all there is to a head's attention: the score of a name at a place is the sum of the two.

    Args:
        weights: The models.

    Returns:
        Scores before the softmax; only differences within the symbols, or within the positions,
        mean anything.

    Raises:
        ValueError: If the weights are not of this task.
    """
    scores, end = qk_circuit(task.fitting(weights)), f"place {task.N_POSITIONS - 1}"
    return scores[..., SOURCES.index("MID"), :] + scores[..., SOURCES.index(end), :]


def name_copying(weights: Weights) -> Float[Tensor, "seed layer head"]:
    """Copying score of each head on the six names.

    Args:
        weights: The models.

    Returns:
        1 if a head's output-value circuit has only positive eigenvalues: looking at names raises,
        on the whole, those same names; -1 if only negative ones; near 0 for random weights.

    Raises:
        ValueError: If the weights are not of this task.

    Source:
        Elhage et al. 2021, "Detecting copying behavior". They take all tokens; we take the names,
        because the two marks are never an answer.
    """
    n_names = len(task.NAMES)
    return copying_score(ov_circuit(task.fitting(weights))[..., :n_names, :n_names])
