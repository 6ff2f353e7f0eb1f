"""Sentences that compare two numbers, correctly."""

from mechnotes.storybook import words
from mechnotes.storybook.templates import Chances, Labels, Said, any_of, line, uniform

LINES = (
    "of {first} and {second} the {which} is {answer} .",
    "{first} is {more} than {other} .",
)
WORDS = ("larger", "smaller", "more", "less")
VALUE = {word: value for value, word in enumerate(words.NUMBERS)}


def _second(said: Said) -> Chances:
    return uniform(word for word in words.NUMBERS if word != said["first"])


def _answer(said: Said) -> Chances:
    choose = max if said["which"] == "larger" else min
    return {choose(said["first"], said["second"], key=VALUE.__getitem__): 1.0}


def _more(said: Said) -> Chances:
    below = VALUE[said["first"]]
    more, less = below / (len(VALUE) - 1), 1 - below / (len(VALUE) - 1)
    return {word: chance for word, chance in (("more", more), ("less", less)) if chance}


def _other(said: Said) -> Chances:
    first = VALUE[said["first"]]
    return uniform(
        w
        for w in words.NUMBERS
        if (VALUE[w] < first) == (said["more"] == "more") and VALUE[w] != first
    )


RULES = {
    "first": any_of(words.NUMBERS),
    "second": _second,
    "which": any_of(WORDS[:2]),
    "answer": _answer,
    "more": _more,
    "other": _other,
}


def _label(role: str, said: Said) -> Labels:
    return {"value": VALUE[said[role]]} if said.get(role) in VALUE else {}


TEMPLATES = tuple(line("comparison", text, RULES, label=_label) for text in LINES)
