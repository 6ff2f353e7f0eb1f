"""Which unit says yes where a label is true, and how often is it right?

Five questions about storybook tokens have a known answer. A unit is anything with a number at each
token: a latent, a neuron, a direction. With a threshold it becomes an answer: yes where its value
is above that. Unit and threshold are chosen on one half of the texts and scored on the other,
because the best of a thousand units looks good on the texts it was chosen on, whatever it does.

- Precision: of the tokens where it says yes, the share where that is right.
- Recall: of the tokens where yes is right, the share where it says so.
- F1: their harmonic mean, 1 for a perfect answer. Who always says yes gets 2p / (1 + p) for a label
  that is true of a share p of the tokens.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.storybook import corpus
from mechnotes.storybook.corpus import Passages

Question = Callable[[Passages], Bool[Tensor, "batch pos"]]
"""From passages to the tokens of which something is true."""
AT_ONCE = 64
"""Units whose values are sorted together; bounds the memory."""


def _of_sentiment(sentiment: str) -> Question:
    number = corpus.VALUES["sentiment"].index(sentiment)
    roles = ("event", "other_event", "feeling", "reaction")
    return lambda text: text.at(*roles) & (text.labels["sentiment"] == number)


def _name(part: str) -> Question:
    number = corpus.VALUES["part"].index(part)
    return lambda text: text.at(part) & (text.labels["part"] == number)


QUESTIONS: Mapping[str, Question] = {
    "happy words": _of_sentiment("happy"),
    "angry words": _of_sentiment("angry"),
    "giver names": _name("giver"),
    "receiver names": _name("receiver"),
    "inside a quotation": lambda text: text.labels["quoted"] == 1,
}
"""Happy and angry words are events, feelings and reactions; givers and receivers are names in the
slots that say who gives and who receives, where the giver is one of the two people named before. In
a quotation stands whatever comes after “ and before or at its ”, other brackets included."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """How well each unit answers each question."""

    threshold: Float[Tensor, "unit label"]
    """A unit says yes where its value is above this, which lies half-way between two of its values;
    infinity for a unit that never changes."""
    chosen_f1: Float[Tensor, "unit label"]
    """F1 on the texts on which the threshold was chosen."""
    precision: Float[Tensor, "unit label"]
    """On the other texts; NaN for a unit that never says yes there."""
    recall: Float[Tensor, "unit label"]
    """On the other texts."""
    f1: Float[Tensor, "unit label"]
    """On the other texts."""

    @property
    def best(self) -> Int[Tensor, " label"]:
        """For each label the unit with the highest F1 on the texts for choosing."""
        return self.chosen_f1.argmax(0)


def passages(n_rows: int = 320, *, seed: int = 5000) -> Passages:
    """Passages to score on; no autoencoder was trained on them.

    Args:
        n_rows: How many, 63 tokens each that count.
        seed: Seed of the text.

    Raises:
        ValueError: If a number is no count or no seed.
    """
    validate.integer(n_rows, "n_rows", minimum=2)
    return corpus.passages(n_rows, generator=rng.generator(validate.seed(seed), "labels"))


def flat(values: Shaped[Tensor, "batch pos *rest"]) -> Shaped[Tensor, "token *rest"]:
    """Values of all tokens as one list, without the first of each text, which is always `<bos>`."""
    return values[:, 1:].flatten(0, 1)


def truth(
    text: Passages, questions: Mapping[str, Question] = QUESTIONS
) -> Bool[Tensor, "token label"]:
    """Where each label is true, in the order of `flat`."""
    return torch.stack([flat(question(text)) for question in questions.values()], dim=1)


def first_half(text: Passages) -> Bool[Tensor, " token"]:
    """Tokens of every other text, in the order of `flat`: the half to choose on."""
    even = torch.arange(len(text.tokens)) % 2 == 0
    return flat(even[:, None].expand(text.tokens.shape))


def score(
    values: Float[Tensor, "token unit"],
    truth: Bool[Tensor, "token label"],
    *,
    chosen: Bool[Tensor, " token"],
) -> Scores:
    """Choose each unit's best threshold for each label on some tokens, and score it on the others.

    A unit's smallest value is no threshold: with it the unit would say yes everywhere.

    Args:
        values: Values of all units.
        truth: Where each label is true.
        chosen: Tokens on which thresholds are chosen; the rest is scored.

    Raises:
        ValueError: If the shapes do not fit, a value is not finite, or a label is true of no token
            on one of the sides.
    """
    check(values, truth, chosen)
    threshold, chosen_f1 = _thresholds(values[chosen], truth[chosen])
    rest, right = values[~chosen], truth[~chosen]
    hits, said = (torch.zeros_like(threshold) for _ in range(2))
    for label in range(right.shape[1]):
        yes = rest > threshold[:, label]
        hits[:, label], said[:, label] = counts(yes[right[:, label]]), counts(yes)
    n_true = counts(right)
    return Scores(
        threshold=threshold,
        chosen_f1=chosen_f1,
        precision=hits / said,
        recall=hits / n_true,
        f1=2 * hits / (said + n_true),
    )


def _thresholds(
    values: Float[Tensor, "token unit"], truth: Bool[Tensor, "token label"]
) -> tuple[Float[Tensor, "unit label"], Float[Tensor, "unit label"]]:
    """Threshold with the highest F1 for each unit and label, and that F1.

    Values are sorted once for all labels, and only those above a unit's smallest: a latent is zero
    almost everywhere, so this is where the time is saved.
    """
    by_unit = values.T.contiguous()
    lowest = by_unit.amin(1, keepdim=True)
    above = (by_unit > lowest).sum(1)
    threshold = torch.full((values.shape[1], truth.shape[1]), torch.inf)
    best = torch.zeros_like(threshold)
    for units in above.argsort().split(AT_ONCE):
        longest = int(above[units].max())
        if not longest:
            continue
        top = by_unit[units].topk(longest, dim=1)
        rank = torch.arange(1, longest + 1)
        # Of equal values none can be left out, so a threshold lies where the next one is lower.
        below = torch.cat([top.values[:, 1:], lowest[units]], dim=1)
        middle = (top.values + below) / 2
        ends = (top.values > below) & (rank <= above[units, None])
        for label, right in enumerate(truth.T):
            hits = right[top.indices].cumsum(1)
            f1 = torch.where(ends, 2 * hits / (rank + right.sum()), -1.0)
            found = f1.max(1)
            best[units, label] = found.values.clamp(min=0)
            kept = middle.gather(1, found.indices[:, None])[:, 0]
            threshold[units, label] = torch.where(found.values >= 0, kept, torch.inf)
    return threshold, best


def counts(yes: Bool[Tensor, "token unit"]) -> Float[Tensor, " unit"]:
    """On how many tokens each unit says yes: whole numbers, exact up to 2**24.

    In floating point, because torch adds truth values up several times more slowly.
    """
    return yes.float().sum(0)


def check(
    values: Float[Tensor, "token unit"],
    truth: Bool[Tensor, "token label"],
    chosen: Bool[Tensor, " token"],
) -> None:
    """Refuse what cannot be chosen on one side and scored on the other.

    Raises:
        ValueError: If the shapes do not fit, a value is not finite, or a label is true of no token
            on one of the sides.
    """
    validate.finite(validate.shape(values, "values", ("token", "unit")), "values")
    validate.shape(truth, "truth", ("token", "label"), token=len(values))
    validate.shape(chosen, "chosen", ("token",), token=len(values))
    for name, mask in (("truth", truth), ("chosen", chosen)):
        if mask.dtype != torch.bool:
            _refuse(name, f"a tensor of {mask.dtype}", "True and False", "Compare: labels == 1.")
    for side, where in ((chosen, "chosen"), (~chosen, "left for scoring")):
        found = counts(truth[side])
        if not int(found.min()):
            got = f"label {int(found.argmin())}, which is true of no token that is {where}"
            _refuse("truth", got, "labels that are true on both sides", "Take more texts.")


def _refuse(what: str, got: str, expected: str, fix: str) -> NoReturn:
    validate.refuse(what, got=got, expected=expected, fix=fix)
