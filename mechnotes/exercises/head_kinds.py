"""E15: tell heads by their attention, with two scores."""

import torch
from torch import Tensor

from mechnotes.circuits import head_kinds, marks
from mechnotes.exercises import _hand_heads as hand
from mechnotes.exercises import _wrong_readings as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality


def _patterns(generator: torch.Generator) -> tuple[Trial, ...]:
    """Heads made by hand, on a segment said four times and on texts of few letters."""
    repeated = torch.stack([torch.randperm(40, generator=generator)[:6].repeat(4) for _ in "ab"])
    few = torch.randint(5, (3, 17), generator=generator)
    few[:, 9] = few[:, 8]  # a token that follows itself
    few[0, :12] = torch.arange(10, 22)  # a text with fewer readers than the others
    single = torch.randint(4, (1, 9), generator=generator)
    single[0, 5] = single[0, 4] = single[0, 1]
    trials = []
    for tokens in (repeated, few, single):
        pattern = _heads(tokens, generator)
        trials.append(Trial(given={"pattern": pattern, "tokens": tokens}, n_positional=2))
    return tuple(trials)


def _heads(tokens: hand.Tokens, generator: torch.Generator) -> Tensor:
    """Attention of one head of each kind and of two mixtures, in a drawn order."""
    first, uniform = hand.first(tokens), hand.uniform(tokens)
    kinds = [
        hand.onto(marks.followed(tokens), first),
        hand.onto(marks.earlier(tokens), first),
        hand.onto(marks.previous(tokens), first),
        hand.onto(hand.preceding(tokens), first),
        hand.onto(hand.latest(marks.followed(tokens)), uniform, strength=0.7),
        uniform,
        hand.own(tokens),
        hand.scattered(tokens, seed=int(torch.randint(10**6, (), generator=generator))),
    ]
    pattern = torch.stack(kinds, dim=1)  # [batch, head, pos, pos]
    parts = torch.rand(2, len(kinds), generator=generator)
    mixed = torch.einsum("mh, bhij -> bmij", parts / parts.sum(1, keepdim=True), pattern)
    order = torch.randperm(len(kinds) + 2, generator=generator)
    return torch.cat((pattern, mixed), dim=1)[:, order]


head_scores = Exercise(
    id="E15",
    title="What kind of head is this?",
    task="""\
Write the two scores by which induction heads and their helpers are known.

`scores(pattern, tokens)`

- `pattern`: `[batch head pos pos]`, attention; readers on the third axis, what they look at on the
  last; every row adds up to 1;
- `tokens`: `[batch pos]`, the texts that were read.

Return `[2 head]`, numbers from 0 (never looks there) to 1 (looks nowhere else).

Row 0, the *previous-token score*: attention to the position before, mean over all readers but the
first of each text. Row 1, the *prefix-matching score*: attention to the positions just *after*
earlier copies of the reader's own token, mean over all readers that have such a position *before
their own*. If there are several copies their shares are added up: a head that divides itself among
three is no worse for it. Means run over the readers of all texts together.""",
    reference=head_kinds.scores,
    verdict=Equality(),
    inputs=_patterns,
    misconceptions=(
        Misconception(
            mistake="prefix matching looks at the earlier copies themselves",
            wrong=wrong.same_token,
            hint="That is a duplicate-token head. What an induction head is after is the token "
            "that came next, one place further.",
        ),
        Misconception(
            mistake="prefix matching looks at what stood *before* the earlier copies",
            wrong=wrong.preceded,
            hint="So it is printed in the paper, but what came before does not help to say what "
            "comes next. Move the marks the other way.",
        ),
        Misconception(
            mistake="the attention is divided by the number of copies",
            wrong=wrong.averaged_over_copies,
            hint="Rows add up to 1, so with three copies nobody could score more than a third. "
            "Sum over the copies first, then take the mean over readers.",
        ),
        Misconception(
            mistake="readers without an earlier copy count as 0",
            wrong=wrong.all_readers,
            hint="They have nothing to look for. With a segment said four times they would cost "
            "even a perfect head a quarter of its score.",
        ),
        Misconception(
            mistake="a reader that looks at itself counts",
            wrong=wrong.own_position,
            hint="Where a token follows itself, the position after the earlier copy is the "
            "reader's own. A head that looks at itself would get points for that.",
        ),
        Misconception(
            mistake="the first position counts among the readers of the previous-token score",
            wrong=wrong.first_reader_too,
            hint="Nothing stands before it. A perfect head should get exactly 1.",
        ),
    ),
    hints=(
        "Make marks first: a tensor `[batch pos pos]` that is True where a reader looks at a place "
        "that counts. Both scores then come from the same few lines.",
        "`tokens[:, :, None] == tokens[:, None, :]` marks equal tokens; a lower triangle without "
        "the diagonal leaves the earlier ones; `roll(1, dims=-1)` moves the marks one further.",
        "The roll may put marks on the reader itself and round the end of the text: apply the "
        "triangle once more. `where.any(-1)` tells which readers count.",
    ),
    starter='''def scores(pattern, tokens):
    """Previous-token and prefix-matching score of each head [2 head]."""
    ...''',
    difficulty="medium",
    minutes=15,
    prerequisites=("attention pattern", "previous token head", "induction head"),
)
