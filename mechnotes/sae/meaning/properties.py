"""What simple things are true of a token, to describe a unit with?

Several hundred yes-or-no properties of storybook tokens: which word it is and of which class, which
word stands before it, which slot of which kind of sentence it fills, and every label of the
grammar. The best of them is a unit's description; `specificity` says how good it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.meaning import labels
from mechnotes.storybook import agreement, corpus, grammar, words
from mechnotes.storybook.corpus import Passages

CLASSES = {
    "a name": words.NAMES,
    "a she-name": words.SHE,
    "a he-name": words.HE,
    "a place": words.PLACES,
    "an object": words.OBJECTS,
    "a colour": words.COLOURS,
    "an adjective": words.ADJECTIVES,
    "a number word": words.NUMBERS,
    "a noun": words.SINGULAR + words.PLURAL,
    "a singular noun": words.SINGULAR,
    "a plural noun": words.PLURAL,
    "a verb of giving": words.GAVE,
    "is or was": agreement.SINGULAR_VERBS,
    "are or were": agreement.PLURAL_VERBS,
    "a preposition of place": agreement.NEAR,
    "an opening mark": tuple(words.BRACKETS),
    "a closing mark": tuple(words.BRACKETS.values()),
}
"""Classes of words, by what they do in a sentence."""
FIXED = "the word "
"""Begins the name of a slot that always holds the same word."""
FEWEST = 10
"""Tokens of which a property must be true on either half of the texts, and of which it must not."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Properties:
    """What is true of each token."""

    names: tuple[str, ...]
    """What each property is called."""
    truth: Bool[Tensor, "token property"]
    """Where it is true, in the order of `labels.flat`."""


def properties(text: Passages) -> Properties:
    """All properties that are true often enough to be chosen on one half and scored on the other.

    Args:
        text: Passages with their labels.

    Raises:
        ValueError: If the texts are so few that none is.
    """
    found = dict(_all(text))
    truth = torch.stack([*found.values()], dim=1)
    half = labels.first_half(text)
    counts = torch.stack([side.sum(0) for side in _sides(truth, half)])
    usable = counts.amin(0) >= FEWEST
    if not usable.any():
        validate.refuse(
            "text",
            got=f"{len(text.tokens)} passages, in which no property is true {FEWEST} times",
            expected="a few dozen passages",
            fix="Take more: labels.passages(320).",
        )
    names = [name for name, kept in zip(found, usable.tolist(), strict=True) if kept]
    return Properties(names=tuple(names), truth=truth[:, usable])


def _sides(truth: Tensor, half: Tensor) -> Iterator[Tensor]:
    for side in (truth[half], truth[~half]):
        yield from (side, ~side)


def slots(text: Passages) -> Properties:
    """The slot of each token with its kind of sentence: of these exactly one is true of a token.

    Words that stand in no slot because they never change are told apart by the word.

    Args:
        text: Passages with their labels.
    """
    vocabulary = grammar.vocabulary()
    rows = zip(text.kind.tolist(), text.roles, text.tokens.tolist(), strict=True)
    named = [
        f"{corpus.KINDS[kind]}: {_slot(role) if role != 'fixed' else f'{FIXED}{vocabulary[token]}'}"
        for kinds, roles, tokens in rows
        for kind, role, token in list(zip(kinds, roles, tokens, strict=True))[1:]
    ]
    names = sorted(set(named))
    number = {name: index for index, name in enumerate(names)}
    which = torch.tensor([number[name] for name in named])
    return Properties(names=tuple(names), truth=which[:, None] == torch.arange(len(names)))


def _slot(role: str) -> str:
    """A slot's name without the number that tells a word of a repeated sequence from the next."""
    return role.rstrip("0123456789").rstrip("_") if role[-1:].isdigit() else role


def _all(text: Passages) -> Iterator[tuple[str, Bool[Tensor, " token"]]]:
    for name, question in labels.QUESTIONS.items():
        yield name, labels.flat(question(text))
    yield from _of_words(text)
    kinds = labels.flat(text.kind)
    yield from ((f"in a sentence of {k}", kinds == index) for index, k in enumerate(corpus.KINDS))
    for name, values in corpus.VALUES.items():
        label = labels.flat(text.labels[name])
        yield from ((f"{name} is {value}", label == index) for index, value in enumerate(values))
    filled = slots(text)
    for name, truth in zip(filled.names, filled.truth.T, strict=True):
        if FIXED not in name:
            yield f"the slot {name}", truth


def _of_words(text: Passages) -> Iterator[tuple[str, Bool[Tensor, " token"]]]:
    vocabulary = grammar.vocabulary()
    number = {word: index for index, word in enumerate(vocabulary)}
    tokens, before = labels.flat(text.tokens), text.tokens[:, :-1].flatten()
    for word in vocabulary:
        yield f"the word {word}", tokens == number[word]
        yield f"after the word {word}", before == number[word]
    for name, members in CLASSES.items():
        own = torch.tensor([number[word] for word in members])
        yield name, torch.isin(tokens, own)
        yield f"after {name}", torch.isin(before, own)
