"""E28: one number for each text and latent, without the mark for the beginning."""

import torch

from mechnotes.exercises import _wrong_tests as wrong
from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae.statistics import pooling


def _texts(generator: torch.Generator) -> tuple[Trial, ...]:
    """Texts of different lengths; a long activation at the mark, noise beyond each end."""
    trials = []
    for how in ("mean", "max", "mean", "max"):
        n_texts, longest, n_latents = 5, 9, 6
        values = torch.rand(n_texts, longest, n_latents, generator=generator) + 0.1
        values *= torch.rand(values.shape, generator=generator) < 0.6
        values[:, 0] = 50 * torch.rand(n_latents, generator=generator)  # the same in every text
        values[:, 1, 0] = 0.5  # fires everywhere, so that no mean runs over nothing
        values[..., -1] = 0.0  # a dead latent
        lengths = torch.randint(4, longest, (n_texts,), generator=generator)
        lengths[0] = longest
        beyond = torch.arange(longest) >= lengths[:, None]
        values[beyond] = 3 + torch.rand(int(beyond.sum()), n_latents, generator=generator)
        for text, length in enumerate(lengths.tolist()):
            values[text, length - 1, 1] = 2.0  # the last token matters for the largest value
        given = {"values": values, "lengths": lengths, "how": how}
        trials.append(Trial(given=given, n_positional=3))
    return tuple(trials)


safe_pooling = Exercise(
    id="E28",
    title="One number for a text, without its beginning",
    task="""\
Pool each latent over the tokens of each text.

`pool(values, lengths, how)`

- `values`: `[text pos latent]`; position 0 of every text is the mark for its beginning, and what
  stands beyond a text's end is left over from other texts;
- `lengths`: `[text]`, tokens of each text, the mark included;
- `how`: `"mean"` or `"max"`.

Return `[text latent]`: the mean, or the largest value, over the text's tokens without the mark. A
token on which a latent is 0 counts as a token.""",
    reference=pooling.pooled,
    verdict=Equality(),
    inputs=_texts,
    misconceptions=(
        Misconception(
            mistake="the mark for the beginning is pooled with the rest",
            wrong=wrong.with_bos,
            hint="Its activation is long and the same in every text, so every text gets the same "
            "largest latents. Begin at position 1.",
        ),
        Misconception(
            mistake="what stands beyond a text's end is pooled too",
            wrong=wrong.beyond_the_end,
            hint="Position p belongs to a text only if p is smaller than its length.",
        ),
        Misconception(
            mistake="the mean divides by the padded length",
            wrong=wrong.padded,
            hint="A text half as long would count half as much. Divide by the text's own tokens.",
        ),
        Misconception(
            mistake="the mean divides by a number of tokens that includes the mark",
            wrong=wrong.bos_in_the_count,
            hint="What is left out of the sum has to be left out of the count.",
        ),
        Misconception(
            mistake="the mean runs over the tokens on which the latent fires",
            wrong=wrong.where_active,
            hint="Then a latent that fires once counts as much as one that fires all the time. "
            "Zeros are values too.",
        ),
        Misconception(
            mistake="the last token is left out instead of the first",
            wrong=wrong.without_last,
            hint="The mark stands at position 0. Shortening `lengths` cuts at the other end.",
        ),
    ),
    hints=(
        "Make a mask `[text pos]` of the positions that count: from 1 on, below the length.",
        "For the largest value put minus infinity where the mask is False, then `amax`.",
        "For the mean put 0 there, sum, and divide by `lengths - 1`.",
    ),
    starter='''def pool(values, lengths, how):
    """One number for each text and latent [text latent]."""
    ...''',
    difficulty="easy",
    minutes=10,
    prerequisites=("latent", "token", "pooling"),
)
