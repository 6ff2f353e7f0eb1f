"""E35: prove from its weights how often a model is right."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mechnotes.circuits import max_of_k, max_of_k_bound
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.exercises import _wrong_bounds as wrong
from mechnotes.exercises.behaving import Bound, Bounds
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class HiddenModel(Weights):
    """A model that a message can name without printing it."""

    def __repr__(self) -> str:
        """How many tokens it knows."""
        return f"a model of {self.d_vocab} tokens"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelTrial(Trial):
    """A model, and what is known of it."""

    accuracy: float
    """Share of all inputs on which it is right."""
    clear: bool
    """Whether more than half of the inputs have to be proven right."""


_NOISE = 3e-4  # a score of a clear model moves by 0.05, and no two logits are equal


def _models(generator: torch.Generator) -> tuple[Trial, ...]:
    """Clear models, two that fail on four or five inputs, and four with flaws of other kinds."""
    backwards, blind = 7 - torch.arange(8), torch.arange(8)
    blind[7] = 0  # the largest of all is never said
    rare, rarer = (int(torch.randint(4, top, (), generator=generator)) for top in (9, 14))
    made = (
        _trial(_heights(10), 4, generator, clear=True),
        _trial(_heights(16, at=rarer, gap=0.9), 4, generator, clear=True),
        _trial(_heights(10, at=rare, gap=1.25), 5, generator, clear=True),
        _trial(_heights(8, at=5, gap=-0.3), 3, generator),
        _trial(0.1 / 3 * _heights(5), 4, generator),
        _trial(2 * _heights(8), 4, generator, says=backwards),
        _trial(_heights(8), 3, generator, says=blind),
    )
    order = torch.randperm(len(made), generator=generator).tolist()
    return tuple(made[index] for index in order)


def _heights(d_vocab: int, *, at: int = 0, gap: float = 3.0) -> Tensor:
    """Scores three apart, but for one token that is another step above the one below."""
    steps = torch.full((d_vocab,), 3.0)
    steps[at] = gap
    return steps.cumsum(0)


def _trial(
    heights: Tensor, k: int, generator: torch.Generator, *, clear: bool = False, **settings: Any
) -> Trial:
    made = max_of_k.build(heights, k=k, noise=_NOISE, generator=generator, **settings)
    return ModelTrial(
        given={"weights": HiddenModel(**made.tensors()), "k": k},
        n_positional=2,
        accuracy=max_of_k.accuracy(made, k),
        clear=clear,
    )


def _measured(answer: Any, trial: Trial) -> dict[str, float]:
    """The number claimed, how far it lies above the accuracy, and what clear models get."""
    assert isinstance(trial, ModelTrial)
    claimed = float(answer)
    return {
        "claimed": claimed,
        "excess": claimed - trial.accuracy,
        "clear": claimed if trial.clear else 1.0,
    }


provable = Exercise(
    id="E35",
    title="A bound, not an estimate",
    task="""\
A model of one layer and one head reads k tokens, without positions, and should say the largest.
Find a number that its accuracy over *all* `d_vocab ** k` inputs is guaranteed not to fall below.

`guaranteed(weights, k)`

- `weights`: one such model, as [`Weights`][mechnotes.circuits.attention_only.weights.Weights] with
  a `seed` axis of length 1 and `W_pos` zero;
- `k`: how many tokens it reads.

Return a number from 0 to 1. It must never exceed the accuracy, not even where the model fails on
four inputs in 65,536; some of the models do, and one is never right. And it must be worth
something: above 0.5 for models whose head looks clearly at the largest token.

[`tables`][mechnotes.circuits.max_of_k_bound.tables] gives the scores of all pairs of tokens, what
the last token says directly, and what each token says when it is looked at. Running the model on
every input is a valid answer here, where `d_vocab ** k` is at most 100,000; the more interesting
one runs it on none.""",
    reference=max_of_k_bound.lower_bound,
    verdict=Bounds(
        measure=_measured,
        bounds=(
            Bound(
                name="claimed",
                low=0.0,
                high=1.0,
                sentence="It claims a share of {value}; shares lie between 0 and 1.",
            ),
            Bound(
                name="excess",
                high=1e-6,
                sentence="For some model the number is above its accuracy over all inputs, if only "
                "by a few inputs. Then it guarantees nothing.",
            ),
            Bound(
                name="clear",
                low=0.5,
                sentence="For a model that is right on nearly every input, and looks clearly at "
                "the largest token, it claims no more than {value}.",
            ),
        ),
    ),
    inputs=_models,
    misconceptions=(
        Misconception(
            mistake="the accuracy is measured on some drawn inputs",
            wrong=wrong.sampled,
            hint="A thousand inputs say 1.0 of a model that fails on four in 65,536. An estimate "
            "has an error; a guarantee has none. Take the worst case of whole groups of inputs.",
        ),
        Misconception(
            mistake="the answer is 0, or next to it, whatever the model",
            wrong=wrong.nothing,
            hint="Such a number is worth nothing. For which last and largest tokens is the model "
            "right, whatever the other tokens are?",
        ),
        Misconception(
            mistake="the largest token is taken to get all attention",
            wrong=wrong.all_attention,
            hint="The others get some as well, and what they say counts against it. How much can "
            "they get at most, and what is the worst that they can say?",
        ),
        Misconception(
            mistake="the strongest other token is taken to stand there only once",
            wrong=wrong.one_rival,
            hint="All other places may hold it. Then it gets up to k - 1 times as much.",
        ),
        Misconception(
            mistake="the other tokens are taken to say what they say on average",
            wrong=wrong.average_rest,
            hint="Some inputs hold the worst of them in every place. A guarantee covers those too.",
        ),
        Misconception(
            mistake="pairs of a last and a largest token are counted instead of inputs",
            wrong=wrong.share_of_pairs,
            hint="Far more inputs have 7 as their largest token than have 0. How many inputs end "
            "with q and have m as their largest?",
        ),
    ),
    hints=(
        "Sort the inputs by their last token q and their largest token m. Within such a group only "
        "the attention and the tokens that share it differ.",
        "The attention on m is at least `1 / (1 + (k - 1) * exp(s_t - s_m))`, where t is the "
        "smaller token with the highest score. The rest goes to tokens below m.",
        "With m > q the group has `(m + 1)**(k - 1) - m**(k - 1)` inputs, with m = q "
        "`(m + 1)**(k - 1)`. Add up the groups in which m leads every other token even then.",
    ),
    starter='''def guaranteed(weights, k):
    """A share of all inputs that the model gets right for certain."""
    ...''',
    difficulty="hard",
    minutes=40,
    prerequisites=("attention pattern", "QK circuit", "OV circuit"),
)
