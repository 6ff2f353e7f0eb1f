"""How are the matrices of two heads judged by what a model with them does?

The model is run on texts that nobody has seen; see `mechnotes.exercises.induction` for the tasks.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from mechnotes import rng
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.by_hand import behaviour, crossing, induction, positions, texts
from mechnotes.circuits.by_hand.stream import Stream
from mechnotes.exercises.behaving import Bound
from mechnotes.exercises.trial import Trial

N_TEXTS = 50
"""Hidden texts of each of four trials."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenTexts(Trial):
    """A stream to write heads for, and the seed of the texts on which they are tried."""

    seed: int
    """Seed of the texts."""


def streams(generator: torch.Generator, path: str) -> tuple[Trial, ...]:
    """Four streams with other alphabets, other lengths and their parts in another order."""
    trials = []
    for n_letters, n_ctx in ((24, 25), (12, 28), (25, 31), (16, 26)):
        plain = induction.stream_for(path, n_letters=n_letters, n_ctx=n_ctx)
        names = list(plain.sizes)
        order = torch.randperm(len(names), generator=generator).tolist()
        stream = Stream(sizes={names[i]: plain.sizes[names[i]] for i in order})
        forward = positions.turn(stream.size("position"), 1)
        seed = int(torch.randint(10**6, (), generator=generator))
        given = {"stream": stream, "forward": forward}
        trials.append(HiddenTexts(given=given, n_positional=2, seed=seed))
    return tuple(trials)


def _measured(answer: Tensor, trial: Trial, wire: str) -> dict[str, float]:
    """What a model with these matrices does on texts with and without repeats."""
    assert isinstance(trial, HiddenTexts)
    stream: Stream = trial.given["stream"]
    n_letters, n_ctx = stream.size("token") - 1, stream.size("position") + 1
    weights = induction.from_matrices(stream, answer.detach().cpu().float(), n_ctx=n_ctx)
    generator = rng.generator(trial.seed, "exercises", wire)
    repeats = texts.with_repeats(N_TEXTS, n_letters=n_letters, generator=generator)
    lengths = (8, min(n_letters, 24))  # no text without repeats is longer than its alphabet
    control = texts.without_repeats(
        N_TEXTS, n_letters=n_letters, lengths=lengths, generator=generator
    )
    run = model.forward(weights, repeats.tokens)
    looks = {
        "earlier": (0, repeats.earlier),
        "previous": (0, behaviour.before(repeats)),
        "target": (1, repeats.target),
    }
    patterns = run.patterns[0]
    found = {
        name: behaviour.attention_in(patterns[layer], repeats, read)[0]
        for name, (layer, read) in looks.items()
    }
    silenced = crossing.without_first_layer(weights)
    crossed = crossing.crossed(weights, repeats, edge=wire)
    found |= {
        "accuracy": behaviour.share_right(run.logits, repeats.answer)[0],
        "silenced": behaviour.accuracy(silenced, repeats)[0],
        "crossed": behaviour.share_right(crossed, repeats.answer)[0],
        "chance": behaviour.next_accuracy(weights, control)[0] - 1 / n_letters,
    }
    return {name: value.item() for name, value in found.items()}


def measured_pointer(answer: Tensor, trial: Trial) -> dict[str, float]:
    return _measured(answer, trial, "queries")


def measured_previous(answer: Tensor, trial: Trial) -> dict[str, float]:
    return _measured(answer, trial, "keys")


def bounds(first: Bound, wire: str) -> tuple[Bound, ...]:
    return (
        first,
        Bound(
            name="target",
            low=0.95,
            sentence="The first head looks where it should. The second gives {value} of its "
            "attention to the token after the earlier occurrence; it should be 0.95 or more.",
        ),
        Bound(
            name="accuracy",
            low=0.95,
            sentence="Both heads look where they should, but the right token has the highest logit "
            "in {value} of the cases only. What does the second head carry, and to which part?",
        ),
        Bound(
            name="silenced",
            high=0.3,
            sentence="With the first head silenced, {value} of the answers are still right, so "
            "the second head does not need it.",
        ),
        Bound(
            name="crossed",
            high=0.3,
            sentence=f"If the {wire} of the second head hear the first head of another text, "
            "{value} of the answers are still right. Its message takes another way.",
        ),
        Bound(
            name="chance",
            high=0.05,
            sentence="On texts without repeats the next token is right {value} more often than by "
            "chance. There is nothing in them to know it from.",
        ),
    )


GIVEN = """\
- `stream`: the residual stream; `stream.part(name)` is the slice of a part, `stream.size(name)` its
  size, `stream.width` the whole width, `stream.block(rows, columns, matrix)` a matrix of the whole
  width with one block (the identity if left out). Its parts are {parts}; they lie in any order;
- `forward`: moves a position one step: `position @ forward` is the next position, `forward.T` moves
  back. A position's inner product with itself is half of its size, with any other -0.5.

Return `[4 d_model d_model]`: W_QK and W_OV of the first head, then W_QK and W_OV of the second, one
head in each layer. The score of two positions is `asking @ W_QK @ asked`, and what is looked at
arrives as `seen @ W_OV`. Every text begins with token 0, BOS. The highest number in the part
"output" is what the model says."""
