"""E14: how much of what one head writes does another read?"""

import torch

from mechnotes.circuits import composition_scores
from mechnotes.exercises import _wrong_products as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.products import drawn
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality


def _pairs_of_heads(generator: torch.Generator) -> tuple[Trial, ...]:
    """Random heads, and an upper head whose keys read what the lower one writes."""
    trials = []
    for d_model, d_head, made in ((8, 3, False), (12, 2, True)):
        shape = (d_model, d_head)
        W_O = drawn(generator, d_head, d_model)
        given = {
            "W_V": drawn(generator, *shape),
            "W_O": W_O,
            "W_Q": drawn(generator, *shape),
            "W_K": W_O.mT + 0.3 * drawn(generator, *shape) if made else drawn(generator, *shape),
        }
        trials.append(Trial(given=given, n_positional=4))
    return tuple(trials)


composition_above_chance = Exercise(
    id="E14",
    title="Does one head read what another writes?",
    task="""\
The *K-composition score* of two heads is |A B| / (|A| |B|): A is what the lower head does to the
stream, B what the upper head's keys then read of it, and |.| the root of the summed squares of all
entries. A score alone says nothing: two random matrices have about 1/√d, d being the
number of dimensions that lie between A and B. Give the score as a multiple of that.

`k_composition(W_V, W_O, W_Q, W_K)`

- `W_V` `[d_model d_head]`, `W_O` `[d_head d_model]`: the lower head;
- `W_Q`, `W_K` `[d_model d_head]`: the upper head. Weights multiply from the right: a score is
  `x_query @ W_Q @ W_K.T @ x_key`.

Return one number: 1 is chance, more means that the keys read what was written.""",
    reference=composition_scores.key_composition,
    verdict=Equality(),
    inputs=_pairs_of_heads,
    misconceptions=(
        Misconception(
            mistake="the product is not divided by the sizes of its factors",
            wrong=wrong.unnormalised,
            hint="Twice the weights would be twice the score. It should not depend on that.",
        ),
        Misconception(
            mistake="the score is not compared with chance",
            wrong=wrong.without_baseline,
            hint="Random heads do not have 0. What do they have?",
        ),
        Misconception(
            mistake="chance is computed for another size, the width of the head",
            wrong=wrong.baseline_of_the_head,
            hint="Head and reader meet in the stream. How many dimensions has it?",
        ),
        Misconception(
            mistake="the queries of the upper head read, not its keys",
            wrong=wrong.query_side,
            hint="`W_Q @ W_K.T` takes in a query first. Which side is the key on?",
        ),
        Misconception(
            mistake="the lower head's matrix is transposed",
            wrong=wrong.written_from_behind,
            hint="What the head writes comes out of W_O. That side has to meet the reader.",
        ),
        Misconception(
            mistake="sizes are largest singular values",
            wrong=wrong.largest_stretch,
            hint="Add up the squares of all entries: that is another norm.",
        ),
    ),
    hints=(
        "A is `W_V @ W_O`. B has to begin with what the keys read.",
        "B is `W_K @ W_Q.T`.",
        "Dividing by 1/√d_model is multiplying by √d_model.",
    ),
    starter='''def k_composition(W_V, W_O, W_Q, W_K):
    """K-composition score as a multiple of chance."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("attention head", "residual stream", "baseline"),
)
