"""E16: tell induction from a head that looks a fixed number of places back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mechnotes.circuits import head_kinds, marks
from mechnotes.exercises import _hand_heads as hand
from mechnotes.exercises import _wrong_readings as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadTrial(Trial):
    """A head to judge."""

    kind: str
    """Heads of one kind are mistaken for the same reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """Right is True or False as it should be for every head."""

    def fault(
        self, answers: Sequence[Any], expected: Sequence[Any], trials: Sequence[Trial]
    ) -> str | None:
        """An answer that is neither, or the first head that was taken for something else."""
        for answer, right, trial in zip(answers, expected, trials, strict=True):
            if not _decided(answer):
                return f"It returned {_described(answer)}; expected True or False."
            if bool(answer) != right:
                took = "for an induction head" if answer else "for something else"
                return f"It took {trial.given['attend']} {took}."
        return None

    def alike(self, answers: Sequence[Any], others: Sequence[Any], trials: Sequence[Trial]) -> bool:
        """Whether both accept some head of each of the same kinds, and refuse some of the same."""
        if not all(_decided(one) for one in (*answers, *others)):
            return False
        return _taken(answers, trials) == _taken(others, trials)


def _decided(answer: Any) -> bool:
    if isinstance(answer, Tensor):
        return answer.dtype == torch.bool and answer.ndim == 0
    return isinstance(answer, bool | np.bool_)


def _described(answer: Any) -> str:
    if isinstance(answer, Tensor):
        return f"a tensor: it returned shape {tuple(answer.shape)} of `{answer.dtype}`"
    return "nothing (None)" if answer is None else f"a value of type `{type(answer).__name__}`"


def _taken(answers: Sequence[Any], trials: Sequence[Trial]) -> set[tuple[str, bool]]:
    kinds = [trial.kind for trial in trials if isinstance(trial, HeadTrial)]
    return {(kind, bool(answer)) for kind, answer in zip(kinds, answers, strict=True)}


def _heads(generator: torch.Generator) -> tuple[Trial, ...]:
    """Induction heads, a head of every offset, and heads that are something else.

    All meet equal generators: if texts have one period, drawn or not, some offset fits it.
    """
    noise, seed = torch.randint(2**31, (2,), generator=generator).tolist()
    made = [(kind, head) for kind, heads in _kinds(noise).items() for head in heads]
    return tuple(
        HeadTrial(
            given={"attend": head, "generator": torch.Generator().manual_seed(seed)},
            n_positional=2,
            kind=kind,
        )
        for kind, head in made
    )


def _kinds(seed: int) -> dict[str, list[hand.HiddenHead]]:
    """The heads by kind; only the first kind is induction."""

    def noisy(tokens: hand.Tokens) -> hand.Pattern:
        found = hand.onto(marks.followed(tokens), hand.first(tokens))
        return 0.7 * found + 0.3 * hand.scattered(tokens, seed=seed)

    def recent(tokens: hand.Tokens) -> hand.Pattern:
        return hand.onto(hand.latest(marks.followed(tokens)), hand.uniform(tokens), strength=0.9)

    def faithful(tokens: hand.Tokens, strength: float) -> hand.Pattern:
        return hand.onto(marks.followed(tokens), hand.own(tokens), strength=strength)

    def looking_back(steps: int) -> hand.HiddenHead:
        def attend(tokens: hand.Tokens) -> hand.Pattern:
            return hand.onto(hand.back(tokens, steps), hand.first(tokens), strength=0.95)

        far = "one place" if steps == 1 else f"{steps} places"
        return hand.HiddenHead(name=f"a head that looks {far} back", function=attend)

    def copies(tokens: hand.Tokens) -> hand.Pattern:
        return hand.onto(marks.earlier(tokens), hand.first(tokens), strength=0.95)

    named = hand.HiddenHead
    return {
        "induction": [
            named(name="an induction head", function=lambda t: faithful(t, 1.0)),
            named(name="an induction head with noise", function=noisy),
            named(name="an induction head that takes the latest copy alone", function=recent),
            named(name="an induction head of strength 0.65", function=lambda t: faithful(t, 0.65)),
        ],
        "weak": [named(name="a head of strength 0.25", function=lambda t: faithful(t, 0.25))],
        "copy": [named(name="a head that looks at earlier copies of its token", function=copies)],
        "even": [named(name="a head that looks everywhere", function=hand.uniform)],
        "previous": [looking_back(1)],
        "offset": [looking_back(steps) for steps in range(2, hand.N_CTX - 1)],
        "own": [named(name="a head that looks at itself", function=hand.own)],
    }


offset = Exercise(
    id="E16",
    title="Induction, or only an offset?",
    task="""\
A head is given as a function. Choose texts of your own, and find out whether it is an induction
head: one that gives more than half of its attention to what followed earlier copies of the reader's
token, *however far back they are*.

`is_induction(attend, generator)`

- `attend`: `attend(tokens)` takes whole numbers `[batch pos]` from 0 to 63, at most 48 positions,
  and returns the head's attention `[batch pos pos]`;
- `generator`: a `torch.Generator`; every random number comes from it.

Return True or False. Some heads are noisy, some look at copies of the token, and some look a fixed
number of places back and know nothing of tokens.""",
    reference=head_kinds.is_induction,
    verdict=Decisions(),
    inputs=_heads,
    misconceptions=(
        Misconception(
            mistake="all test texts repeat themselves after the same number of tokens",
            wrong=wrong.fixed_period,
            hint="Then the answer is always the same number of places back, and a head that knows "
            "only that number finds it too. Give each text a period of its own.",
        ),
        Misconception(
            mistake="attention to the earlier copy itself is measured",
            wrong=wrong.at_the_copy,
            hint="There stands the token that the reader has already. Induction looks one further.",
        ),
        Misconception(
            mistake="attention to the position before is measured",
            wrong=wrong.at_the_previous,
            hint="That is the helper in an earlier layer. The induction head itself looks back to "
            "the last time.",
        ),
        Misconception(
            mistake="readers count that have no earlier copy to go by",
            wrong=wrong.diluted,
            hint="In the first round nobody can match anything, and good heads rest. Take the mean "
            "over those who could.",
        ),
    ),
    hints=(
        "What would a head that looks 11 places back do on your texts? Is there any text on which "
        "it and an induction head differ?",
        "Random segments, said twice or more, each text with another length of segment. "
        "Or no segments at all: random tokens of a small alphabet have copies everywhere.",
        "[`texts.draw`][mechnotes.circuits.induction.texts.draw] draws repeating texts, and the "
        "prefix-matching score of E15 does the rest.",
    ),
    starter='''def is_induction(attend, generator):
    """True for an induction head."""
    ...''',
    difficulty="medium",
    minutes=20,
    prerequisites=("induction head", "prefix matching"),
)
