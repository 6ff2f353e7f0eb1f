"""Which answers of a model are right, and how far does a simple rule get?

One function for each task. It takes labelled passages and the logits before each token, picks out
the questions, and says for each whether the model's answer is right and whether the baseline's is:
a rule that uses everything about the sentence but the thing that counts. A model that is no better
than its baseline has not learnt the task.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes.storybook import agreement, grammar, words
from mechnotes.storybook.corpus import VALUES, Passages

Logits = Float[Tensor, "batch pos d_vocab"]
Answers = Bool[Tensor, " question"]
_NUMBER = {word: number for number, word in enumerate(grammar.vocabulary())}


class Judged(NamedTuple):
    """Right or wrong, question by question."""

    right: Answers
    baseline: Answers


def copying(text: Passages, logits: Logits) -> Judged:
    """The next word of a repeated sequence; the baseline says the word that came last."""
    asked = text.labels["copy"] == 1
    return Judged(
        _said(logits, asked) == text.tokens[asked], _before(text, asked) == text.tokens[asked]
    )


def feeling(text: Passages, logits: Logits) -> Judged:
    """The likeliest feeling is of the right kind; the baseline goes by the last event."""
    return _of_sentiment(text, logits, "feeling", words.FEELINGS)


def reaction(text: Passages, logits: Logits) -> Judged:
    """The likeliest reaction is of the right kind; the baseline goes by the last event."""
    return _of_sentiment(text, logits, "reaction", words.REACTIONS)


def whose(text: Passages, logits: Logits) -> Judged:
    """A feeling or a reaction of the right kind; meant for stories with two people."""
    both = feeling(text, logits), reaction(text, logits)
    return Judged(*(torch.cat(answers) for answers in zip(*both, strict=True)))


def verb(text: Passages, logits: Logits) -> Judged:
    """The likeliest verb has the right number; the baseline agrees with the nearest noun."""
    asked = text.at("verb")
    verbs = agreement.SINGULAR_VERBS + agreement.PLURAL_VERBS
    columns = torch.tensor([_NUMBER[word] for word in verbs])
    likeliest = _logits_at(logits, asked)[:, columns].argmax(-1)
    said = (likeliest >= len(agreement.SINGULAR_VERBS)).long()  # as in VALUES["number"]
    number = text.labels["number"]
    nearest = _latest(torch.where(asked, -1, number))
    return Judged(said == number[asked], nearest[asked] == number[asked])


def closing(text: Passages, logits: Logits) -> Judged:
    """Which of the three marks closes; the baseline closes the mark that was opened last."""
    asked = text.at("close")
    marks = torch.tensor([_NUMBER[mark] for mark in words.BRACKETS.values()])
    opening = torch.tensor([_NUMBER[mark] for mark in words.BRACKETS])
    said = marks[_logits_at(logits, asked)[:, marks].argmax(-1)]
    which = (text.tokens[..., None] == opening).int()
    opened = torch.where(which.any(-1), which.argmax(-1), -1)
    return Judged(said == text.tokens[asked], marks[_latest(opened)[asked]] == text.tokens[asked])


def comparing(text: Passages, logits: Logits) -> Judged:
    """The larger or the smaller of two numbers; the baseline says the second one."""
    asked = text.at("answer")
    second = _latest(torch.where(text.at("second"), text.tokens, -1))
    return Judged(_said(logits, asked) == text.tokens[asked], second[asked] == text.tokens[asked])


def _of_sentiment(text: Passages, logits: Logits, role: str, by_kind: dict) -> Judged:
    asked = text.at(role)
    kinds = text.labels["sentiment"]
    listed = [(word, i) for i, kind in enumerate(VALUES["sentiment"]) for word in by_kind[kind]]
    columns = torch.tensor([_NUMBER[word] for word, _ in listed])
    kind_of = torch.tensor([kind for _, kind in listed])
    said = kind_of[_logits_at(logits, asked)[:, columns].argmax(-1)]
    last = _latest(torch.where(text.at("event", "other_event"), kinds, -1))
    return Judged(said == kinds[asked], last[asked] == kinds[asked])


def _logits_at(
    logits: Logits, asked: Bool[Tensor, "batch pos"]
) -> Float[Tensor, "question d_vocab"]:
    """Logits for each token that is asked for: those of the position before it."""
    return logits[:, :-1][asked[:, 1:]]


def _said(logits: Logits, asked: Bool[Tensor, "batch pos"]) -> Int[Tensor, " question"]:
    """The likeliest word."""
    return _logits_at(logits, asked).argmax(-1)


def _before(text: Passages, asked: Bool[Tensor, "batch pos"]) -> Int[Tensor, " question"]:
    return text.tokens[:, :-1][asked[:, 1:]]


def _latest(marked: Int[Tensor, "batch pos"]) -> Int[Tensor, "batch pos"]:
    """At each position the last value so far that is not -1."""
    positions = torch.arange(marked.shape[1]).expand_as(marked)
    last = torch.where(marked >= 0, positions, 0).cummax(1).values
    return marked.gather(1, last)
