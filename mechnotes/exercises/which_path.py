"""X4: is it a pointer or a note? Tell twenty disguised models apart."""

from dataclasses import dataclass

import torch

from mechnotes import rng
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.by_hand import discriminate, disguise, texts
from mechnotes.exercises import _wrong_heads as wrong
from mechnotes.exercises.behaving import Names
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial

N_MODELS = 20


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Suspect(Weights):
    """A model that a message can name without giving it away."""

    number: int
    """Which of the twenty."""

    def __repr__(self) -> str:
        """Its number."""
        return f"model number {self.number}"


def _suspects(generator: torch.Generator) -> tuple[Trial, ...]:
    """Twins in other coordinates, each with its own texts."""
    seed = int(torch.randint(10**6, (), generator=generator))
    trials = []
    for number, (weights, _) in enumerate(disguise.suspects(N_MODELS, seed=seed), start=1):
        drawn = texts.with_repeats(
            12, n_letters=weights.d_vocab - 1, generator=rng.generator(seed, "texts", number)
        )
        suspect = Suspect(number=number, **weights.tensors())
        trials.append(Trial(given={"weights": suspect, "texts": drawn}, n_positional=2))
    return tuple(trials)


which_path = Exercise(
    id="X4",
    title="Pointer or note?",
    task="""\
Twenty models say what came last time; their heads attend in exactly the same way. In some the
*queries* of the second layer read what the first has written (a pointer), in the others the *keys*
do (a note of the token before). Their streams have been permuted or rotated, so no dimension means
anything. Find out by an intervention.

`which(weights, texts)`

- `weights`: an attention-only model of two layers, two heads each;
- `texts`: texts with repeats, `texts.tokens` `[batch pos]`; `texts.answer` `[batch pos]` is what
  the model should say, -1 where nothing is asked.

Return `"Q"` if the message is read by the queries, `"K"` if by the keys. Of use may be
[`model.embed`, `model.attend` and `model.unembed`][mechnotes.circuits.attention_only.model];
`attend` takes a stream of its own for each of `queries`, `keys` and `values`.""",
    reference=discriminate.by_crossing,
    verdict=Names(words=("Q", "K")),
    inputs=_suspects,
    misconceptions=(
        Misconception(
            mistake="silencing the first layer decides, as it breaks every model",
            wrong=wrong.always_q,
            hint="That shows that the second layer needs the first, not by which input it hears "
            "it. Change what one input reads and leave the others alone.",
        ),
        Misconception(
            mistake="a head that attends to the token before decides, as all of them have one",
            wrong=wrong.always_k,
            hint="All twenty attend alike: both kinds of first heads are there, and one of them is "
            "not read. Patterns do not tell who listens.",
        ),
        Misconception(
            mistake="the two answers are exchanged",
            wrong=wrong.exchanged,
            hint="The wire that carries the message is the one whose crossing *costs* the answer.",
        ),
    ),
    hints=(
        "The stream after the first layer is `embedded + written`. What if the queries of the "
        "second layer heard what was `written` on another text?",
        "`texts.tokens.roll(1, dims=0)` gives every text another one to hear.",
        "Run the second layer with only the queries crossed, then with only the keys crossed, and "
        "compare how many answers are still right.",
    ),
    starter='''def which(weights, texts):
    """"Q" or "K"."""
    ...''',
    difficulty="hard",
    minutes=30,
    prerequisites=("path patching", "residual stream", "induction head"),
)
